import type { CodeComparison } from "../../src/compare/code.ts";
import type { Comparison } from "../../src/compare/executions.ts";
import type { FileComparison } from "../../src/compare/files.ts";
import type { JobSum } from "../../src/compare/jobs.ts";
import type { TagDifference } from "../../src/compare/tags.ts";
import type { TaskComparison, TaskVersion } from "../../src/compare/tasks.ts";
import { unifiedDiff } from "../../src/compare/unified-diff.ts";
import type { CallComparison, Given, ValueChange } from "../../src/compare/values.ts";
import type { ListedCommit } from "../../src/git/backend.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { wholeValue } from "../../src/provenance/read.ts";
import type { Code } from "../../src/record/records.ts";
import { formatTag } from "../../src/tag/text.ts";
import type { File } from "../../src/value/file.ts";
import { preview } from "../../src/value/preview.ts";
import { StoredValue, Tagged } from "../../src/value/value.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { loggedExecution } from "../../src/views/logged.ts";
import { commitJson, commitLine } from "../text/commit-line.ts";
import { changedLines } from "../text/diff-lines.ts";
import { jobsTable } from "../text/jobs-table.ts";
import { duration, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionJson, executionLine } from "./execution.ts";

/** Commits of one side that are listed; git lists the others. */
const LISTED = 20;
/** A diff of values that is longer than this shows nobody anything. */
const SHOWN = 100;
/** A value that is no longer than this stands on one line. */
const SHORT = 100;

/** What separates two executions, in the manner of a diff. `chosen`: nobody named the first one. */
export async function diffPage(
  log: IndexedLog,
  comparison: Comparison,
  paint: Paint,
  { chosen }: { chosen: boolean },
): Promise<string> {
  const { before, after, tags, code, call, files, tasks, jobs } = comparison;
  const lines = chosen ? [`The previous execution of ${oneLine(after.task)}:`] : [];
  lines.push(`${paint("red", "---")} ${headOf(before, paint)}`);
  lines.push(`${paint("green", "+++")} ${headOf(after, paint)}`, durations(before, after));
  lines.push("", ...tagSection(tags, paint));
  lines.push("", ...codeSection(code, paint));
  lines.push("", ...(await callSections(log, call, paint)));
  lines.push(...fileSection(files, paint));
  lines.push("", ...taskSection(tasks, paint), "");
  lines.push(...jobsTable(jobs, [shortId(before.id), shortId(after.id)], paint));
  return `${lines.join("\n")}\n`;
}

/** The tags have a section of their own. */
function headOf(row: ExecutionRow, paint: Paint): string {
  return executionLine({ ...loggedExecution(row), tags: [], conflicts: [] }, paint);
}

function durations(before: ExecutionRow, after: ExecutionRow): string {
  const [was, is] = [before, after].map(({ started, ended }) => ended && ended - started);
  const text = (time: number | null | undefined) => (time == null ? "unfinished" : duration(time));
  const more =
    was != null && is != null ? ` (${is < was ? "-" : "+"}${duration(Math.abs(is - was))})` : "";
  return `Duration: ${text(was)} -> ${text(is)}${more}`;
}

function tagSection(changes: readonly TagDifference[], paint: Paint): string[] {
  if (changes.length === 0) return [same("Tags", "the same", paint)];
  const lines = changes.flatMap(({ key, removed, added }) => [
    ...removed.map((value) => `-${formatTag(key, value, SHORT)}`),
    ...added.map((value) => `+${formatTag(key, value, SHORT)}`),
  ]);
  return [paint("bold", "Tags"), ...changedLines(lines, paint)];
}

function codeSection(comparison: CodeComparison, paint: Paint): string[] {
  const { before, after, relation, sameTree, ahead, behind, missing } = comparison;
  if (relation === "same" && before.dirty === after.dirty) {
    return [same("Code", `the same commit, ${codeText(after)}`, paint)];
  }
  const lines = changedLines([`-${codeText(before)}`, `+${codeText(after)}`], paint);
  if (relation === "same") lines.push("  the same commit");
  else if (sameTree) lines.push("  other commits of the same files");
  if (relation === "diverged") lines.push("  diverged");
  for (const oid of missing) {
    lines.push(`  ${oid.slice(0, 8)} is not in this repository (\`git fetch\` may bring it)`);
  }
  const range = (from: Code, to: Code) => `${from.commit?.slice(0, 8)}..${to.commit?.slice(0, 8)}`;
  lines.push(...commitLines(ahead, "ahead", "+", range(before, after), paint));
  lines.push(...commitLines(behind, "behind", "-", range(after, before), paint));
  return [paint("bold", "Code"), ...lines];
}

function commitLines(
  commits: readonly ListedCommit[],
  where: "ahead" | "behind",
  sign: "+" | "-",
  range: string,
  paint: Paint,
): string[] {
  const { length } = commits;
  if (length === 0) return [];
  return [
    `  ${length === 1 ? "1 commit" : `${length} commits`} ${where}:`,
    ...commits.slice(0, LISTED).map((commit) => `  ${sign} ${commitLine(commit, paint)}`),
    ...(length > LISTED ? [`    and ${length - LISTED} more: git log --oneline ${range}`] : []),
  ];
}

/** `7fd1345a main (dirty)` */
function codeText({ commit, branch, dirty }: Code): string {
  if (!commit) return "no commit is recorded";
  return oneLine(`${commit.slice(0, 8)} ${branch ?? ""}`.trimEnd() + (dirty ? " (dirty)" : ""));
}

async function callSections(
  log: IndexedLog,
  call: CallComparison | null,
  paint: Paint,
): Promise<string[]> {
  if (!call)
    return [same("Arguments and result", "not recorded, as not both root jobs have ended", paint)];
  const { tasks, args, result } = call;
  const title = `Arguments of ${oneLine([...new Set([tasks.before, tasks.after])].join(" and "))}`;
  const changed = await Promise.all(args.map((change) => valueLines(log, change, paint)));
  const returned = result && (await valueLines(log, result, paint));
  return [
    ...(args.length > 0
      ? [paint("bold", title), ...changed.flat()]
      : [same(title, "the same", paint)]),
    "",
    ...(returned ? [paint("bold", "Result"), ...returned] : [same("Result", "the same", paint)]),
  ];
}

/** `-name=value` and `+name=value`; of longer values, what differs in their YAML. */
async function valueLines(log: IndexedLog, change: ValueChange, paint: Paint): Promise<string[]> {
  const { name, before, after } = change;
  const [was, is] = await Promise.all([sideOf(log, before), sideOf(log, after)]);
  const label = typeof name === "string" ? `${name}=` : "";
  if (was?.isOpaque && is?.isOpaque && was.line === is.line) {
    return [
      oneLine(`  ${label}${is.line} was recorded without its content: it cannot be compared`),
    ];
  }
  const short = changedLines(
    [
      ...(was ? [oneLine(`-${label}${was.line}`)] : []),
      ...(is ? [oneLine(`+${label}${is.line}`)] : []),
    ],
    paint,
  );
  // Of two errors the lines may be alike, and the stacks not.
  if (!was?.isLong && !is?.isLong && was?.line !== is?.line) return short;
  const diff = unifiedDiff(was?.yaml() ?? "", is?.yaml() ?? "");
  if (diff.length > SHOWN) return [...short, `  in ${diff.length} lines of YAML`];
  return [...(label ? [`  ${oneLine(label)}`] : []), ...changedLines(diff, paint)];
}

/** A value as one line, which may be cut, and as YAML. */
async function sideOf(log: IndexedLog, given: Given | null) {
  if (!given) return null;
  const whole = await wholeValue(log, given);
  const { value } = whole ?? given;
  const raised = given.isError ? "raised " : "";
  return {
    line: raised + preview(value, SHORT),
    isOpaque: value instanceof Tagged && value.tag === "opaque",
    isLong: preview(value, SHORT + 1).length > SHORT,
    yaml: () => writeYaml(value),
  };
}

/** Each path whose contents differ, with the whole git object ids: `git cat-file` may have them. */
function fileSection({ changed, isCut }: FileComparison, paint: Paint): string[] {
  if (changed.length === 0 && !isCut) return [];
  const side = (sign: string, path: string, files: readonly File[]) =>
    files.map((file) => {
      const content =
        file.hash === null ? "no file was there" : `${file.hash} (${file.size} bytes)`;
      return oneLine(`${sign}${path} ${content}`);
    });
  const lines = changed
    .slice(0, LISTED)
    .flatMap(({ path, before, after }) => [...side("-", path, before), ...side("+", path, after)]);
  return [
    "",
    paint("bold", "Files that jobs took or gave"),
    ...changedLines(lines, paint),
    ...(changed.length > LISTED ? [`  and ${changed.length - LISTED} more paths`] : []),
    ...(isCut ? ["  Not all jobs were looked at."] : []),
  ];
}

function taskSection({ changed, removed, added }: TaskComparison, paint: Paint): string[] {
  const version = ({ name, hash }: TaskVersion) => `${shortId(hash)} ${oneLine(name)}`;
  const only = changedLines(
    [...removed.map((task) => `-${version(task)}`), ...added.map((task) => `+${version(task)}`)],
    paint,
  );
  if (changed.length === 0 && only.length === 0) return [same("Tasks", "the same source", paint)];
  const lines = changed.flatMap(({ name, before, after, diff }) => [
    paint("bold", `Task ${oneLine(name)} ${shortId(before)}..${shortId(after)}`),
    ...changedLines(diff, paint),
  ]);
  if (only.length === 0) return lines;
  return [
    ...lines,
    ...(lines.length > 0 ? [""] : []),
    paint("bold", "Tasks of one execution only"),
    ...only,
  ];
}

function same(title: string, what: string, paint: Paint): string {
  return `${paint("bold", title)}: ${what}`;
}

/** The same as programs get it. Values that have a file of their own, or only a hash, are ids. */
export function diffJson(comparison: Comparison): object {
  const { before, after, tags, code, call, files, tasks, jobs } = comparison;
  return {
    _type: "Diff",
    before: executionJson(loggedExecution(before)),
    after: executionJson(loggedExecution(after)),
    tags,
    code: {
      ...code,
      ahead: code.ahead.map(commitJson),
      behind: code.behind.map(commitJson),
    },
    files: files.changed.map(({ path, before, after }) => ({ path, before, after })),
    tasks,
    ...(call ? callJson(call) : { args: null, result: null }),
    jobs: [{ task: null, ...jobs.all }, ...jobs.tasks].map(({ task, before, after }) => ({
      task,
      before: sumJson(before),
      after: sumJson(after),
    })),
  };
}

function callJson({ args, result }: CallComparison): object {
  return {
    args: args.map((change) => ({ name: change.name, ...sidesJson(change) })),
    result: result && sidesJson(result),
  };
}

function sidesJson({ before, after }: Pick<ValueChange, "before" | "after">): object {
  return { before: before && givenJson(before), after: after && givenJson(after) };
}

function givenJson({ id, value, isError }: Given): object {
  if (value instanceof StoredValue) return { id };
  return { id, [isError ? "error" : "value"]: value };
}

function sumJson({ counts, total, took }: JobSum): object {
  return { ...Object.fromEntries(counts), TOTAL: total, seconds: took / 1000 };
}
