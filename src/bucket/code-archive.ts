import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { RedunError } from "../errors.ts";

/** A file of an archive: a line of JSON. */
type Entry =
  | { readonly path: string; readonly base64: string; readonly executable?: true }
  | { readonly path: string; readonly link: string };

/**
 * A folder of code as one file: a line of JSON for each file, compressed. Packages that are linked into it stay out.
 * Unlike a tar, it needs nothing but Node at the other end.
 */
export function archiveOf(folder: string): Buffer {
  const lines: string[] = [];
  for (const entry of entriesBelow(folder, "")) lines.push(`${JSON.stringify(entry)}\n`);
  return gzipSync(lines.join(""));
}

function* entriesBelow(folder: string, below: string): Generator<Entry> {
  for (const found of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? found.name : `${below}/${found.name}`;
    const whole = join(folder, path);
    if (found.isDirectory()) yield* entriesBelow(folder, path);
    else if (found.isSymbolicLink()) {
      if (found.name !== "node_modules") yield { path, link: readlinkSync(whole) };
    } else if (found.isFile()) {
      const isExecutable = (lstatSync(whole).mode & 0o100) !== 0;
      const base64 = readFileSync(whole).toString("base64");
      yield { path, base64, ...(isExecutable && { executable: true }) };
    }
  }
}

/**
 * Writes the files of an archive into a folder.
 * @throws RedunError EXECUTOR_FAILED for what is no archive, or one with a path that leads out of the folder
 */
export function unpack(archive: Buffer, folder: string): void {
  const links: { readonly link: string; readonly to: string }[] = [];
  for (const line of gunzipSync(archive).toString("utf8").split("\n").slice(0, -1)) {
    const entry = JSON.parse(line) as Entry;
    const to = resolve(folder, entry.path);
    if (relative(folder, to).split(sep)[0] === "..") {
      throw new RedunError(
        "EXECUTOR_FAILED",
        `The archive of the code names a file outside: ${to}`,
      );
    }
    mkdirSync(dirname(to), { recursive: true });
    if ("link" in entry) links.push({ link: entry.link, to });
    else {
      writeFileSync(to, Buffer.from(entry.base64, "base64"));
      if (entry.executable) chmodSync(to, 0o755);
    }
  }
  // Last, so that no file is written through one.
  for (const { link, to } of links) symlinkSync(link, to);
}
