import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes a file that appears when it is complete, in place of one that is there. What cannot be written leaves nothing.
 * @param flush whether it is on the disk then
 * @throws the system's error
 */
export function writeWhole(path: string, content: string | Uint8Array, flush = false): void {
  const aside = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(aside, content, { flush });
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}
