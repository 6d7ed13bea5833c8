import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { FileState } from "./file-state-types.ts";
import { type HashName, newHash } from "./hash.ts";

interface Entry {
  readonly mode: string;
  readonly name: Buffer;
  readonly hash: string;
}

/**
 * What a directory holds: the object id of the tree that git would make of it, were every file in it
 * committed as it is, and the total size of its files. Links count as links, not as what they
 * point to; `.git` and whatever is neither file, directory nor link is left out, as in git.
 * @param stateOf the state of a file
 * @throws where something in it cannot be read
 */
export function folderState(
  path: string,
  format: HashName,
  stateOf: (path: string | Buffer) => FileState | null,
): FileState {
  return treeOf(Buffer.from(path), format, stateOf);
}

function treeOf(
  folder: Buffer,
  format: HashName,
  stateOf: (path: string | Buffer) => FileState | null,
): FileState {
  const entries: Entry[] = [];
  let size = 0;
  for (const name of readdirSync(folder, { encoding: "buffer" })) {
    if (name.toString("latin1") === ".git") continue;
    const path = Buffer.concat([folder, Buffer.from("/"), name]);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) {
      const target = readlinkSync(path, { encoding: "buffer" });
      entries.push({ mode: "120000", name, hash: objectId("blob", target, format) });
    } else if (stat.isDirectory()) {
      const below = treeOf(path, format, stateOf);
      size += below.size;
      entries.push({ mode: "40000", name, hash: below.hash });
    } else if (stat.isFile()) {
      const state = stateOf(path);
      if (!state) throw new Error(`${path} cannot be read`);
      size += state.size;
      entries.push({ mode: stat.mode & 0o100 ? "100755" : "100644", name, hash: state.hash });
    }
  }
  return { hash: objectId("tree", treeContent(entries), format), size, isFolder: true };
}

/** git sorts names by their bytes, a directory's with a slash appended. */
function treeContent(entries: Entry[]): Buffer {
  const sortName = ({ mode, name }: Entry) =>
    mode === "40000" ? Buffer.concat([name, Buffer.from("/")]) : name;
  entries.sort((a, b) => Buffer.compare(sortName(a), sortName(b)));
  return Buffer.concat(
    entries.flatMap(({ mode, name, hash }) => [
      Buffer.from(`${mode} `),
      name,
      Buffer.from([0]),
      Buffer.from(hash, "hex"),
    ]),
  );
}

function objectId(type: "blob" | "tree", content: Buffer, format: HashName): string {
  return newHash(format).update(`${type} ${content.length}\0`).update(content).digest("hex");
}
