import type { ExecutionRow } from "../../src/index/rows.ts";
import { type CommitRuns, type CommitRunsWanted, commitRuns } from "../../src/provenance/code.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
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
    else lines.push(...runsLines(found, paint));
  }
  if (lines.length === 0) return json ? "" : `No commits in "${oneLine(wanted.revision)}".\n`;
  return `${lines.join("\n")}\n`;
}

function runsLines({ commit, runs, count }: CommitRuns, paint: Paint): string[] {
  if (count === 0) return [paint("dim", commitLine(commit, unpainted))];
  const commits = new Set([commit.oid]);
  const lines = runs.map(
    (row) => `    ${executionLine(row, paint)}${codeNotes(row, commits, paint)}`,
  );
  const more = count - runs.length;
  if (more > 0) lines.push(`    and ${more} more: redun-git log --commit ${shortId(commit.oid)}`);
  return [commitLine(commit, paint), ...lines];
}

const unpainted: Paint = (_style, text) => text;

/** Says where an execution ran other code than these commits, though it is counted among theirs. */
export function codeNotes(
  { tags, commit }: ExecutionRow,
  commits: ReadonlySet<string>,
  paint: Paint,
): string {
  const isDirty = tags.some(([key, value]) => key === "git_dirty" && value === true);
  const isOther = commit === null || !commits.has(commit);
  const notes = [
    ...(isDirty ? ["[dirty]"] : []),
    ...(isOther ? [`[as ${shortId(commit ?? "?")}, the same files]`] : []),
  ];
  return notes.map((note) => ` ${paint("red", note)}`).join("");
}

function runsJson({ commit, runs }: CommitRuns): object {
  return { _type: "Commit", ...commitJson(commit), executions: runs.map(executionJson) };
}
