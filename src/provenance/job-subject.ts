import type { JobRow } from "../index/rows.ts";
import type { RowFilter } from "../index/search.ts";
import { allOf, anyOf, asksFor, type Condition, not } from "../query/condition.ts";
import { matcher, type Subject } from "../query/matcher.ts";
import type { Job } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { isCutPreview, previewArgs } from "../value/preview.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { argsOf, readJob, wholeValue } from "./read.ts";
import { executionSubject } from "./running.ts";

/** Rows that are looked at together, at first and at most. */
const FIRST_ROWS = 100;
const MOST_ROWS = 10_000;

/** A job as conditions see it, or with other tags its call node; `args` is the whole text. */
export function jobSubject(
  log: IndexedLog,
  job: JobRow,
  args: string,
  tags: readonly TagPair[] = job.tags,
): Subject {
  const execution = executionSubject(log.index.execution(job.execution)!);
  const { status, started, ended, task } = job;
  return { ...execution, tags, status, started, ended, task, args: [args] };
}

/** All arguments of a job as one line, which the index holds only the beginning of. */
export async function wholeArgs(log: IndexedLog, row: JobRow, record?: Job): Promise<string> {
  if (!isCutPreview(row.args)) return row.args;
  const job = record ?? (await readJob(log, row));
  const values: unknown[] = [];
  for (const recorded of argsOf(log, job).values()) {
    values.push(((await wholeValue(log, recorded)) ?? recorded).value);
  }
  const names = job.args instanceof Map ? [...job.args.keys()] : null;
  const args = names ? new Map(names.map((name, at) => [name, values[at]])) : values;
  return previewArgs(args, Number.POSITIVE_INFINITY);
}

/** The jobs that meet a condition, the newest first. */
export async function* jobsMeeting(
  log: IndexedLog,
  { where = allOf(), ...wanted }: RowFilter,
): AsyncGenerator<JobRow> {
  const asksForArgs = asksFor(where, "arg");
  const passes = matcher(where);
  const candidates = { ...wanted, where: asksForArgs ? mayMeet(where, true) : where };
  let atOnce = FIRST_ROWS;
  for (let offset = 0; ; ) {
    const rows = log.index.search.jobs(candidates, atOnce, offset);
    for (const row of rows) {
      const isSure = !asksForArgs || !isCutPreview(row.args);
      if (isSure || passes(jobSubject(log, row, await wholeArgs(log, row)))) yield row;
    }
    if (rows.length < atOnce) return;
    offset += atOnce;
    atOnce = Math.min(atOnce * 4, MOST_ROWS);
  }
}

/** Texts of arguments that may leave something out: see `isCutPreview`. */
const CUT: readonly Condition[] = ["*...", "*<value *"].map((operand) => {
  return { is: "field", field: "arg", op: "~", operand };
});

/**
 * What every job meets that meets a condition, as far as the index can tell. Where it cannot, a
 * part of the condition counts as `unknown`.
 */
function mayMeet(condition: Condition, unknown: boolean): Condition {
  switch (condition.is) {
    case "and":
      return allOf(...condition.parts.map((part) => mayMeet(part, unknown)));
    case "or":
      return anyOf(...condition.parts.map((part) => mayMeet(part, unknown)));
    case "not":
      return not(mayMeet(condition.part, !unknown));
    case "field":
      if (condition.field !== "arg") return condition;
      return unknown ? anyOf(condition, ...CUT) : allOf(condition, ...CUT.map(not));
    default:
      return condition;
  }
}
