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

/** Who stands in the line of an author or committer: `Name <email>`, without the time. */
export function whoIn(line: string): string {
  return line.replace(/ [^ ]* [^ ]*$/, "");
}

/**
 * When a commit was made, in seconds since 1970; 0 where its line is not as git writes it, or
 * names a year of more than four digits.
 */
export function committedAt({ committer }: Pick<CommitInfo, "committer">): number {
  const seconds = Number(/> (\d{1,12}) [+-]\d{4}$/.exec(committer)?.[1] ?? 0);
  return seconds <= LAST_SECOND ? seconds : 0;
}

/** 9999-12-31T23:59:59Z */
const LAST_SECOND = 253_402_300_799;
