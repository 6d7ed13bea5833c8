import { readFileSync } from "node:fs";
import { hasCode } from "./system-errors.ts";

/**
 * The text of a file of git's, empty where there is none that we may read: git itself takes a
 * missing file of settings for an empty one.
 */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "EPERM", "EISDIR")) return "";
    throw error;
  }
}
