import type { ExecutionRow, JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readTask } from "../provenance/read.ts";
import type { TaskRecord } from "../record/records.ts";
import type { Helper } from "../source/helpers.ts";
import { type CodeFiles, codeOfExecution, codeOfWorkTree } from "./code-files.ts";

/** Something that a task uses, and that is not what it was when a call of it was recorded. */
export interface HelperChange {
  readonly name: string;
  /** Its file, from the top of the work tree. */
  readonly path: string;
  readonly kind: "function" | "class" | "constant";
}

/**
 * Finds functions and values of the code that tasks use, which changed without a change of the task's hash. It
 * asks git what they were: a record holds the task's own source alone.
 */
export class HelperChanges {
  readonly #log: IndexedLog;
  readonly #codes = new Map<string, Promise<CodeFiles | null>>();
  readonly #found = new Map<string, Promise<readonly HelperChange[]>>();

  constructor(log: IndexedLog) {
    this.#log = log;
  }

  /**
   * What a task uses and is another now.
   * @param job one that called the task, of which there is a record
   * @param until the execution whose code is that of now; without it the work tree's is
   * @returns none where that cannot be known
   */
  since(job: JobRow, until?: ExecutionRow): Promise<readonly HelperChange[]> {
    const key = [job.taskHash, job.execution, until?.seq].join(" ");
    const found =
      this.#found.get(key) ??
      // Code that is not here, or cannot be read, is left out.
      this.#changes(job, until).catch(() => []);
    this.#found.set(key, found);
    return found;
  }

  async #changes(job: JobRow, until?: ExecutionRow): Promise<readonly HelperChange[]> {
    const task = await readTask(this.#log, job.taskHash);
    const before = await this.#codeOf(this.#log.index.execution(job.execution)!);
    if (task?.source === undefined || !before) return [];
    const after = until ? await this.#codeOf(until) : codeOfWorkTree(this.#log, before.entries);
    if (!after || after === before) return [];
    const { helpersOf } = await import("../source/helpers.ts");
    const [was, is] = await Promise.all([
      helpersOf(task.source, before.entries, before.read),
      helpersOf(task.source, after.entries, after.read),
    ]);
    return was && is ? changed(was, is, task) : [];
  }

  #codeOf(execution: ExecutionRow): Promise<CodeFiles | null> {
    const code = this.#codes.get(execution.id) ?? codeOfExecution(this.#log, execution);
    this.#codes.set(execution.id, code);
    return code;
  }
}

/** Those of now that are others than before; newly used ones are left out. */
function changed(
  before: readonly Helper[],
  after: readonly Helper[],
  { hashIncludes = [] }: TaskRecord,
): readonly HelperChange[] {
  const sources = hashIncludes.flatMap((one) => (one.kind === "function" ? [one.source] : []));
  const included = before.filter(({ text }) => sources.includes(text)).map(({ name }) => name);
  // A constant may be one of these, whose names are not recorded.
  const hasValues = hashIncludes.some(({ kind }) => kind === "value");
  const others = after.filter(
    ({ name, kind, text }) =>
      !included.includes(name) &&
      !(hasValues && kind === "constant") &&
      !before.some((helper) => helper.name === name && helper.text === text),
  );
  const known = others.filter(({ name }) => before.some((helper) => helper.name === name));
  return (known.length > 0 ? known : others).map(({ name, path, kind }) => ({ name, path, kind }));
}
