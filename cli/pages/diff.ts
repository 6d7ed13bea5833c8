import type { CodeComparison } from "../../src/compare/code.ts";
import type { FileComparison } from "../../src/compare/files.ts";
import type { TagDifference } from "../../src/compare/tags.ts";
import type { TaskComparison, TaskVersion } from "../../src/compare/tasks.ts";
import type { ListedCommit } from "../../src/git/backend.ts";
import type { Code } from "../../src/record/records.ts";
import { formatTag } from "../../src/tag/text.ts";
import type { File } from "../../src/value/file.ts";
import type {
  ComparisonView,
  ShownCallComparison,
  ShownChange,
  ShownSide,
} from "../../src/views/comparison.ts";
import type { LoggedExecution } from "../../src/views/logged.ts";
import { commitLine } from "../text/commit-line.ts";
import { changedLines } from "../text/diff-lines.ts";
import { jobsTable } from "../text/jobs-table.ts";
import { duration, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionLine } from "./execution.ts";

/** Commits of one side that are listed; git lists the others. */
const LISTED = 20;
/** A value that is no longer than this stands on one line. */
const SHORT = 100;

/** What separates two executions, in the manner of a diff. */
export function diffPage(view: ComparisonView, paint: Paint): string {
  const { before, after, isPrevious, tags, code, call, files, tasks, jobs } = view;
  const lines = isPrevious ? [`The previous execution of ${oneLine(after.task)}:`] : [];
  lines.push(`${paint("red", "---")} ${headOf(before, paint)}`);
  lines.push(`${paint("green", "+++")} ${headOf(after, paint)}`, durations(before, after));
  lines.push("", ...tagSection(tags, paint));
  lines.push("", ...codeSection(code, paint));
  lines.push("", ...callSections(call, paint));
  lines.push(...fileSection(files, paint));
  lines.push("", ...taskSection(tasks, paint), "");
  lines.push(...jobsTable(jobs, [shortId(before.id), shortId(after.id)], paint));
  return `${lines.join("\n")}\n`;
}

/** The tags have a section of their own. */
function headOf(execution: LoggedExecution, paint: Paint): string {
  return executionLine({ ...execution, tags: [], conflicts: [] }, paint);
}

function durations(before: LoggedExecution, after: LoggedExecution): string {
  const [was, is] = [before, after].map(({ started, ended }) => ended && +ended - +started);
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
  if (relation === "same" && before.dirty === after.dirty && before.patch === after.patch) {
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
function codeText({ commit, branch, dirty, patch }: Code): string {
  if (!commit) return "no commit is recorded";
  const changes = patch ? ` (dirty: value ${shortId(patch)})` : dirty ? " (dirty)" : "";
  return oneLine(`${commit.slice(0, 8)} ${branch ?? ""}`.trimEnd() + changes);
}

function callSections(call: ShownCallComparison | null, paint: Paint): string[] {
  if (!call)
    return [same("Arguments and result", "not recorded, as not both root jobs have ended", paint)];
  const { tasks, args, result } = call;
  const title = `Arguments of ${oneLine([...new Set([tasks.before, tasks.after])].join(" and "))}`;
  return [
    ...(args.length > 0
      ? [paint("bold", title), ...args.flatMap((change) => valueLines(change, paint))]
      : [same(title, "the same", paint)]),
    "",
    ...(result
      ? [paint("bold", "Result"), ...valueLines(result, paint)]
      : [same("Result", "the same", paint)]),
  ];
}

/** `-name=value` and `+name=value`; of longer values, what differs in their YAML. */
function valueLines(change: ShownChange, paint: Paint): string[] {
  const { name, before, after, isOpaque, diff } = change;
  const label = typeof name === "string" ? `${name}=` : "";
  const text = ({ isError, text }: ShownSide) => `${isError ? "raised " : ""}${text}`;
  if (isOpaque && after) {
    const what = "was recorded without its content: it cannot be compared";
    return [oneLine(`  ${label}${text(after)} ${what}`)];
  }
  const short = changedLines(
    [
      ...(before ? [oneLine(`-${label}${text(before)}`)] : []),
      ...(after ? [oneLine(`+${label}${text(after)}`)] : []),
    ],
    paint,
  );
  if (!diff) return short;
  if (diff.count > diff.lines.length) return [...short, `  in ${diff.count} lines of YAML`];
  return [...(label ? [`  ${oneLine(label)}`] : []), ...changedLines(diff.lines, paint)];
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
    .flatMap(({ path, before, after, isOutputAlone }) => [
      ...side("-", path, before),
      ...side("+", path, after),
      ...(isOutputAlone ? [oneLine(` ${path}: only the outputs of its cells differ`)] : []),
    ]);
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
