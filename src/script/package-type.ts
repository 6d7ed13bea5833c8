import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The `type` of the package that a folder belongs to; undefined where it has none. */
export function packageType(folder: string): unknown {
  const manifest = join(folder, "package.json");
  if (existsSync(manifest)) return readJson(manifest)?.type;
  return folder === dirname(folder) ? undefined : packageType(dirname(folder));
}

/** A malformed package.json is reported by Node itself. */
function readJson(file: string): { type?: unknown } | null {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
