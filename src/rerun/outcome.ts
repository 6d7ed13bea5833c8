import { rootCall } from "../compare/values.ts";
import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readJob, recordedValue, wholeValue } from "../provenance/read.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { filesIn } from "../value/files-in.ts";
import { contentId } from "../value/oid.ts";
import { plain } from "../value/plain.ts";
import { withoutStack } from "../value/value.ts";

/** One thing that an execution gave: a file, by its path, or a part of its result. */
export interface ComparedOutput {
  readonly kind: "file" | "result";
  /** The path; `result`, or the name of a part of a program's: `stdout`. */
  readonly name: string;
  /** Ids of the content; null where there was none. */
  readonly before: string | null;
  readonly after: string | null;
}

export function isSame({ before, after }: ComparedOutput): boolean {
  return before === after;
}

/** What became of an execution that was run again. */
export interface Rerun {
  readonly before: ExecutionRow;
  /** Null where nothing was recorded, because it could not begin. */
  readonly after: ExecutionRow | null;
  readonly outputs: readonly ComparedOutput[];
}

/** Jobs of an execution that are looked at for files. */
const MAX_JOBS = 5000;

/** What two executions gave, in the order of files and then of parts of the result. */
export async function compareOutputs(
  log: IndexedLog,
  before: ExecutionRow,
  after: ExecutionRow,
): Promise<ComparedOutput[]> {
  const compared = (kind: ComparedOutput["kind"], was: Ids, is: Ids): ComparedOutput[] =>
    [...new Set([...was.keys(), ...is.keys()])]
      .sort(compareCodePoints)
      .map((name) => ({ kind, name, before: was.get(name) ?? null, after: is.get(name) ?? null }));
  return [
    ...compared("file", await filesOf(log, before), await filesOf(log, after)),
    ...compared("result", await resultOf(log, before), await resultOf(log, after)),
  ];
}

type Ids = ReadonlyMap<string, string>;

/** Files that jobs gave; of one that several gave, as the last had it. */
async function filesOf(log: IndexedLog, { seq }: ExecutionRow): Promise<Ids> {
  const files = new Map<string, string>();
  for (const row of log.index.jobsOf(seq).slice(0, MAX_JOBS)) {
    const { result, error, files: large } = await readJob(log, row);
    const facts = (error as { more?: { properties?: unknown } } | undefined)?.more?.properties;
    for (const { path, hash } of filesIn([result, facts, large?.result])) {
      if (hash !== null) files.set(path, hash);
    }
  }
  return files;
}

/** What a program printed; of any other execution its whole result, or what it raised. */
async function resultOf(log: IndexedLog, row: ExecutionRow): Promise<Ids> {
  const call = await rootCall(log, row);
  if (!call) return new Map();
  const { result, error } = call;
  if (error !== undefined) return new Map([["error", contentId(withoutStack(error))]]);
  if (!isProgram(call.args)) return new Map([["result", recordedValue(result, "sha1").id]]);
  const whole = await wholeValue(log, recordedValue(result, "sha1"));
  const parts = plain(whole?.value) ?? {};
  const said = Object.entries(parts).filter(([name]) => name === "stdout" || name === "stderr");
  return new Map(said.map(([name, text]) => [name, contentId(text)]));
}

function isProgram(args: unknown): boolean {
  return args instanceof Map && args.has("command") && args.has("directory");
}
