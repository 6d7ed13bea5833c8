import type { CommitInfo, Oid } from "./backend.ts";

/** Parses a commit object's bytes. Headers that we do not use (signatures, encoding) are skipped. */
export function parseCommit(bytes: Uint8Array): CommitInfo {
  const text = Buffer.from(bytes).toString("utf8");
  const blank = text.indexOf("\n\n");
  const header = blank < 0 ? text : text.slice(0, blank);
  const parents: Oid[] = [];
  const found = { tree: "", author: "", committer: "" };
  for (const line of header.split("\n")) {
    const space = line.indexOf(" ");
    const name = line.slice(0, space);
    const value = line.slice(space + 1);
    if (name === "parent") parents.push(value);
    else if (name === "tree" || name === "author" || name === "committer") found[name] ||= value;
  }
  return { ...found, parents, message: blank < 0 ? "" : text.slice(blank + 2) };
}
