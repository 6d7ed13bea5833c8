/** Executions side by side, commits with theirs, and what separates two logs, as `--format json` prints them. */
import type { JobSum } from "../../src/compare/jobs.ts";
import type { ListedCommit } from "../../src/git/history.ts";
import type { Rerun } from "../../src/rerun/outcome.ts";
import { isSame } from "../../src/rerun/outcome.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import type { TagValue } from "../../src/value/value.ts";
import type { ChangesView } from "../../src/views/changes.ts";
import type { CommitView } from "../../src/views/commits.ts";
import type {
  ComparisonView,
  ShownCallComparison,
  ShownChange,
  ShownSide,
} from "../../src/views/comparison.ts";
import type { TableView } from "../../src/views/table.ts";
import { jsonText } from "../text/json.ts";
import { executionJson, timesJson } from "./entities.ts";
import { tagsJson } from "./tags.ts";

/** Values that have a file of their own, or only a hash, are ids. */
export function diffJson(view: ComparisonView): object {
  const { before, after, tags, code, call, files, tasks, jobs } = view;
  return {
    _type: "Diff",
    before: executionJson(before),
    after: executionJson(after),
    tags,
    code: {
      ...code,
      ahead: code.ahead.map(commitJson),
      behind: code.behind.map(commitJson),
    },
    files: files.changed.map(({ path, before, after, isOutputAlone }) => ({
      path,
      before,
      after,
      ...(isOutputAlone && { only_outputs: true }),
    })),
    tasks,
    ...(call ? comparedCallJson(call) : { args: null, result: null }),
    jobs: [{ task: null, ...jobs.all }, ...jobs.tasks].map(({ task, before, after }) => ({
      task,
      before: sumJson(before),
      after: sumJson(after),
    })),
  };
}

function comparedCallJson({ args, result }: ShownCallComparison): object {
  return {
    args: args.map((change) => ({ name: change.name, ...sidesJson(change) })),
    result: result && sidesJson(result),
  };
}

function sidesJson({ before, after }: Pick<ShownChange, "before" | "after">): object {
  return { before: before && sideJson(before), after: after && sideJson(after) };
}

function sideJson(side: ShownSide): object {
  const { id, isError } = side;
  return "value" in side ? { id, [isError ? "error" : "value"]: side.value } : { id };
}

function sumJson(sum: JobSum): object {
  return { ...Object.fromEntries(sum.counts), TOTAL: sum.total, seconds: sum.milliseconds / 1000 };
}

/** An object for each row. */
export function tableJson({ columns, rows }: TableView): string {
  return rows
    .map(({ execution, cells, best }) => {
      const named = (kind: string) =>
        Object.fromEntries(
          columns.flatMap((column, at) => {
            const [value, ...more] = cells[at]!;
            if (column.kind !== kind || value === undefined) return [];
            return [[column.name, more.length > 0 ? cells[at] : value]];
          }),
        );
      const names = best.map((at) => columns[at]!.name);
      const row = { ...executionJson(execution), ...timesJson(execution) };
      return jsonText({ ...row, columns: named("tag"), arguments: named("argument"), best: names });
    })
    .map((text) => `${text}\n`)
    .join("");
}

export function rerunJson({ before, after, outputs }: Rerun): string {
  return `${jsonText({
    execution: before.id,
    rerun: after?.id ?? null,
    status_before: before.status,
    status_after: after?.status ?? null,
    outputs: outputs.map((output) => ({ ...output, same: isSame(output) })),
  })}\n`;
}

/** One commit a line. */
export async function* commitsJson(commits: AsyncIterable<CommitView>): AsyncGenerator<string> {
  for await (const { commit, executions } of commits) {
    const object = { _type: "Commit", ...commitJson(commit) };
    yield `${jsonText({ ...object, executions: executions.map(executionJson) })}\n`;
  }
}

/** A commit of the code. */
export function commitJson({ oid, tree, author, committed, subject }: ListedCommit): object {
  return { commit: oid, tree, author, time: committed.toISOString(), subject };
}

/** One object a line: executions, then entities whose tags were edited. */
export function changesJson({ executions, tags }: ChangesView): string {
  const objects = [
    ...executions.map(executionJson),
    ...tags.map(({ type, id, changes, conflicts, authors }) => ({
      _type: "TagEdit",
      entity: id,
      type,
      authors,
      removed: tagsJson(changes.flatMap(({ key, removed }) => pairs(key, removed))),
      added: tagsJson(
        changes.flatMap(({ key, added }) => pairs(key, added)),
        conflicts,
      ),
      conflicts: tagsJson(conflicts),
    })),
  ];
  return objects.map((object) => `${jsonText(object)}\n`).join("");
}

function pairs(key: string, values: readonly TagValue[]): TagPair[] {
  return values.map((value) => [key, value]);
}
