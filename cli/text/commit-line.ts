import type { ListedCommit } from "../../src/git/backend.ts";
import { shortId } from "./lines.ts";
import { oneLine, type Paint } from "./terminal.ts";

/** `7fd1345a Greet louder`, as `git log --oneline` writes it. */
export function commitLine({ oid, subject }: ListedCommit, paint: Paint): string {
  return `${paint("yellow", shortId(oid))} ${oneLine(subject)}`.trimEnd();
}
