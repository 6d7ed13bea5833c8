import { RedunError } from "../../src/errors.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { type CommitRuns, type CommitRunsWanted, commitRuns } from "../../src/provenance/code.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { codeThatRan, readExecution } from "../../src/provenance/read.ts";
import { loggedExecution } from "../../src/views/logged.ts";
import { commitJson, commitLine } from "../text/commit-line.ts";
import { jsonText } from "../text/json.ts";
import { shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionJson, executionLine } from "./execution.ts";

/** Executions of a commit that are listed; the others are counted. */
const LISTED = 10;

/** Commits as `git log --oneline` lists them, each with the executions that ran it. */
export async function codeHistory(
  log: IndexedLog,
  paint: Paint,
  { json, ...wanted }: Omit<CommitRunsWanted, "runs"> & { readonly json: boolean },
): Promise<string> {
  const lines: string[] = [];
  for await (const found of commitRuns(log, { ...wanted, runs: json ? 2 ** 40 : LISTED })) {
    if (json) lines.push(jsonText(runsJson(found)));
    else lines.push(...(await runsLines(log, found, paint)));
  }
  if (lines.length === 0) return json ? "" : `No commits in "${oneLine(wanted.revision)}".\n`;
  return `${lines.join("\n")}\n`;
}

async function runsLines(
  log: IndexedLog,
  { commit, runs, count }: CommitRuns,
  paint: Paint,
): Promise<string[]> {
  if (count === 0) return [paint("dim", commitLine(commit, unpainted))];
  const commits = new Set([commit.oid]);
  const lines: string[] = [];
  for (const row of runs) {
    lines.push(
      `    ${executionLine(loggedExecution(row), paint)}${await codeNotes(log, row, commits, paint)}`,
    );
  }
  const more = count - runs.length;
  if (more > 0) lines.push(`    and ${more} more: redun-git log --commit ${shortId(commit.oid)}`);
  return [commitLine(commit, paint), ...lines];
}

const unpainted: Paint = (_style, text) => text;

/** Says where an execution ran other code than these commits, though it is counted among theirs. */
export async function codeNotes(
  log: IndexedLog,
  row: ExecutionRow,
  commits: ReadonlySet<string>,
  paint: Paint,
): Promise<string> {
  const { commit } = row;
  const isDirty = await ranOtherFiles(log, row);
  const isOther = commit === null || !commits.has(commit);
  const notes = [
    ...(isDirty ? ["[dirty]"] : []),
    ...(isOther ? [`[as ${shortId(commit ?? "?")}, the same files]`] : []),
  ];
  return notes.map((note) => ` ${paint("red", note)}`).join("");
}

/** By the tag, or by the record: `redun.autotags` may leave the tag out. */
async function ranOtherFiles(log: IndexedLog, row: ExecutionRow): Promise<boolean> {
  if (row.tags.some(([key, value]) => key === "git_dirty" && value === true)) return true;
  try {
    return codeThatRan(await readExecution(log, row), row).dirty === true;
  } catch (error) {
    // What cannot be read is told of elsewhere; a run that goes on has no record in the log.
    if (error instanceof RedunError) return false;
    throw error;
  }
}

function runsJson({ commit, runs }: CommitRuns): object {
  return {
    _type: "Commit",
    ...commitJson(commit),
    executions: runs.map(loggedExecution).map(executionJson),
  };
}
