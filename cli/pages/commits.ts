import type { CommitView } from "../../src/views/commits.ts";
import { commitLine } from "../text/commit-line.ts";
import { shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionLine } from "./execution.ts";
import { codeNotes } from "./search.ts";

/** Commits as `git log --oneline` lists them, each with the executions that ran it. */
export async function* commitsPage(
  commits: AsyncIterable<CommitView>,
  revision: string,
  paint: Paint,
  logWords: string,
): AsyncGenerator<string> {
  let isEmpty = true;
  for await (const view of commits) {
    yield `${commitLines(view, paint, logWords).join("\n")}\n`;
    isEmpty = false;
  }
  if (isEmpty) yield `No commits in "${oneLine(revision)}".\n`;
}

function commitLines(
  { commit, executions, count }: CommitView,
  paint: Paint,
  logWords: string,
): string[] {
  if (count === 0) return [paint("dim", commitLine(commit, unpainted))];
  const lines = executions.map((execution) => {
    return `    ${executionLine(execution, paint)}${codeNotes(execution, paint)}`;
  });
  const more = count - executions.length;
  if (more > 0)
    lines.push(`    and ${more} more: redun-git log${logWords} --commit ${shortId(commit.oid)}`);
  return [commitLine(commit, paint), ...lines];
}

const unpainted: Paint = (_style, text) => text;
