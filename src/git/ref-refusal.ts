/** Why git did not write a ref of this repository: its words, in the C locale, read for people. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { RedunError } from "../errors.ts";
import { shellWord } from "../value/shown-text.ts";
import type { Repository } from "./backend.ts";

/** The last one is a ref that is gone. */
const MOVED =
  /Not updating|does not contain|but expected|reference already exists|unable to resolve reference '[^']*'$/im;
const IN_THE_WAY = /'([^']+)' exists; cannot create '[^']+'/;
const UNWRITABLE =
  /Permission denied|Read-only file system|insufficient permission|No space left|Disk quota exceeded|File too large/i;

/** What git's refusal to write a ref means; null for one that is not known. */
export function refusal(ref: string, repository: Repository, stderr: string): RedunError | null {
  const lines = stderr.trim().split("\n");
  const lock = /Unable to create '(.*\.lock)': File exists/.exec(stderr)?.[1];
  if (lock !== undefined) return locked(ref, resolve(folderOf(repository), lock));
  if (/ref updates aborted by hook/.test(stderr)) return refusedByHook(ref, repository, lines);
  if (/ref updates forbidden inside quarantine/.test(stderr)) return inQuarantine(ref);
  if (MOVED.test(stderr)) {
    return new RedunError("REF_MOVED", `${ref} moved while it was being written.`);
  }
  if (UNWRITABLE.test(stderr)) {
    return new RedunError(
      "REPOSITORY_UNWRITABLE",
      `The repository at ${repository.commonDir} cannot be written: ${lines.find((line) => UNWRITABLE.test(line))}`,
      "redun-git records runs as git objects. Check the permissions and the free space of that directory.",
    );
  }
  const other = IN_THE_WAY.exec(stderr)?.[1];
  if (other !== undefined) return nameInTheWay(ref, other);
  if (/cannot lock ref|invalid ref|Branch name doesn't conform/i.test(stderr)) {
    return new RedunError("BAD_REF", `${ref} cannot be written: ${stderr.trim()}`);
  }
  return null;
}

/** The error for a lock file that some other process has made. git's do not say which. */
export function locked(ref: string, path: string): RedunError {
  const made = statSync(path, { throwIfNoEntry: false })?.mtime ?? null;
  const age = made === null ? "" : `, which is ${ageText(Date.now() - +made)} old`;
  return new RedunError(
    "REF_BUSY",
    `${ref} is locked: ${path} is there${age}.`,
    `Writers make such a file for milliseconds. Where no git process is at work in this repository, one has died: \`rm ${shellWord(path)}\`.`,
    { data: { path, made } },
  );
}

/** A hook may say something in every phase of one transaction. */
function refusedByHook(
  ref: string,
  { commonDir }: Repository,
  lines: readonly string[],
): RedunError {
  const said = lines.filter((line) => !/^fatal: ref updates aborted|^fast-import:/.test(line));
  const words = [...new Set(said)].join("\n  ");
  return new RedunError(
    "HOOK_REFUSED",
    `A hook of this repository refused to move ${ref}${words === "" ? ", without a word." : `:\n  ${words}`}`,
    `The hook is \`reference-transaction\`, in ${commonDir}/hooks or where \`git config core.hooksPath\` says. Let it allow refs/redun/*.`,
  );
}

/** git keeps what is pushed apart until these hooks have accepted it. */
function inQuarantine(ref: string): RedunError {
  return new RedunError(
    "HOOK_REFUSED",
    `${ref} cannot be written by a hook that decides about a push (\`pre-receive\`, \`update\`): until that is accepted, git moves no ref.`,
    "Do it in `post-receive`.",
  );
}

function nameInTheWay(ref: string, other: string): RedunError {
  const below = other.startsWith(`${ref}/`);
  return new RedunError(
    "BAD_REF",
    `${ref} cannot be written, because ${other} exists: git cannot keep a ref ${below ? "above" : "below"} another one.`,
    `Choose another log with \`--log\`, or move the other one: \`git update-ref <new name> ${other}\`, then \`git update-ref -d ${other}\`.`,
  );
}

/** Where git ran: its relative paths begin there. */
function folderOf({ workTree, gitDir }: Repository): string {
  return workTree ?? gitDir;
}

function ageText(milliseconds: number): string {
  const seconds = Math.max(Math.round(milliseconds / 1000), 0);
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? (["second", 1] as const);
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
