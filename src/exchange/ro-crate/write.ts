/** Writes a crate as a folder or a zip: whole, or not at all. */
import { createWriteStream, existsSync, promises, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { RedunError } from "../../errors.ts";
import type { Crate } from "./crate.ts";

/**
 * @param path a folder that is not there or empty, or a file whose name ends in `.zip`
 * @throws RedunError OUTPUT_FAILED
 */
export async function writeCrate(crate: Crate, path: string, shown = path): Promise<void> {
  const isZip = path.toLowerCase().endsWith(".zip");
  if (!isZip && existsSync(path) && !isEmptyFolder(path)) {
    const what = `${shown} is there already.`;
    throw new RedunError("OUTPUT_FAILED", what, "Name a new folder, or a file that ends in .zip.");
  }
  const part = `${path}.${process.pid}.part`;
  try {
    await (isZip ? writeZip(crate, part) : writeFolder(crate, part));
    if (!isZip && existsSync(path)) await promises.rmdir(path);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true, recursive: true });
    const why = (error as Error).message;
    throw new RedunError("OUTPUT_FAILED", `${shown} could not be written: ${why}`, undefined, {
      cause: error,
    });
  }
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

async function writeFolder({ files }: Crate, folder: string): Promise<void> {
  for (const { path, content } of files) {
    const to = join(folder, path);
    await promises.mkdir(dirname(to), { recursive: true });
    if (content instanceof Uint8Array) await promises.writeFile(to, content);
    else await promises.copyFile(content.place, to);
  }
}

async function writeZip({ files, date }: Crate, to: string): Promise<void> {
  const zip = new ZipFile();
  // The same crate is the same bytes, whenever it is written.
  const options = { mtime: new Date(date), mode: 0o100644 };
  const failed = new Promise<never>((_, fail) => zip.on("error", fail));
  for (const { path, content } of files) {
    if (content instanceof Uint8Array) zip.addBuffer(Buffer.from(content), path, options);
    else zip.addFile(content.place, path, options);
  }
  zip.end();
  await Promise.race([pipeline(zip.outputStream, createWriteStream(to)), failed]);
}
