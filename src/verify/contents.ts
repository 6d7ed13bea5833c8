import { isUtf8 } from "node:buffer";
import { RedunError } from "../errors.ts";
import type { GitBackend, Oid } from "../git/backend.ts";
import { changedFiles } from "../git/tree-walk.ts";
import { type DecodablePath, decodeAt } from "../record/decode-at.ts";
import { parsePath, type RecordPath } from "../record/layout.ts";
import type { Job } from "../record/records.ts";
import { contentId } from "../value/oid.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { CallCheck, type FoundJob } from "./calls.ts";
import type { CheckedObjects, Content } from "./objects.ts";
import { type Problems, reasonOf } from "./problem.ts";

/** What was read of a log. */
export interface CheckedContents {
  /** All files, and those that are records. */
  files: number;
  records: number;
  /** Ids of the executions whose start is among them, in the order of their paths. */
  readonly executions: string[];
  /** Jobs whose call node was computed again. */
  calls: number;
}

interface FoundFile {
  readonly path: string;
  readonly oid: Oid;
  readonly place: RecordPath | null;
}

/**
 * Reads every file that `after` has and `before` (null: nothing) has not, both trees: the content has the
 * id that its tree says; a value has the id that its path says; a job's call node follows from its task,
 * arguments, result and children. Whether a record fits its schema and its place is for the index to say.
 */
export async function checkContents(
  backend: GitBackend,
  objects: CheckedObjects,
  { before, after }: { readonly before: Oid | null; readonly after: Oid },
  problems: Problems,
  onFile: (done: number) => void,
): Promise<CheckedContents> {
  const format = backend.repository.objectFormat;
  const found: CheckedContents = { files: 0, records: 0, executions: [], calls: 0 };
  const calls = new CallCheck(format);
  const run = new RunInHand(calls, found.executions);
  for await (const [file, content] of objects.many("blob", filesOf())) {
    onFile(++found.files);
    const { path, place } = file;
    run.enter(path);
    if (place !== null) found.records++;
    try {
      if ("error" in content && place === null && isTooLarge(content.error)) continue;
      const text = textOf(content, place);
      if (place?.kind === "value") assertValue(place.id, await readAnyYaml(text));
      else if (place?.kind === "execution") run.begin(place.execution);
      else if (place?.kind === "jobs")
        run.add(path, await jobsIn(path, { ...place, kind: "jobs" }, text));
    } catch (error) {
      problems.add("contents", path, reasonOf(error));
    }
  }
  run.end();
  calls.finish();
  for (const { path, reason } of calls.wrong) problems.add("contents", path, reason);
  return { ...found, calls: calls.checked };

  async function* filesOf(): AsyncGenerator<FoundFile> {
    try {
      for await (const change of changedFiles(objects.tree, format, before, after)) {
        const { path, oid, kind, mode, refused } = change;
        if (refused !== undefined) problems.add("contents", path, refused);
        else if (kind !== "deleted" && mode !== SUBMODULE)
          yield { path, oid, place: parsePath(path) };
      }
    } catch (error) {
      // A folder is not here: what is in it, and after it, is not known.
      problems.add("contents", null, reasonOf(error));
    }
  }

  function assertValue(id: string, value: unknown): void {
    const own = contentId(value, format);
    if (own !== id) throw bad(`It is named ${id}, but the value in it has the id ${own}.`);
  }
}

/** What fits no schema has no jobs, and is a matter of the index. */
async function jobsIn(path: string, place: DecodablePath, text: string): Promise<readonly Job[]> {
  try {
    const decoded = decodeAt(path, place, await readAnyYaml(text));
    return decoded.kind === "jobs" ? decoded.record.jobs : [];
  } catch (error) {
    reasonOf(error);
    return [];
  }
}

const SUBMODULE = "160000";

/** @throws whatever kept the content from being read; RedunError BAD_RECORD */
function textOf(content: Content, place: RecordPath | null): string {
  if ("error" in content) throw content.error;
  if (place === null) return "";
  if (isUtf8(content.bytes)) return content.bytes.toString("utf8");
  throw bad("It is not a text in UTF-8.");
}

/** Files of others may be of any size. */
function isTooLarge(error: unknown): boolean {
  return error instanceof RedunError && / bytes, of at most /.test(error.message);
}

function bad(message: string): RedunError {
  return new RedunError("BAD_RECORD", message);
}

/** The jobs of the execution whose directory is being read: its files come one after the other. */
class RunInHand {
  readonly #calls: CallCheck;
  readonly #executions: string[];
  #folder = "";
  /** Its id, once its start was read: without that not all of its jobs may be here. */
  #execution: string | null = null;
  #jobs: FoundJob[] = [];

  constructor(calls: CallCheck, executions: string[]) {
    this.#calls = calls;
    this.#executions = executions;
  }

  /** Another folder begins another execution. */
  enter(path: string): void {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    if (folder === this.#folder) return;
    this.end();
    this.#folder = folder;
  }

  begin(execution: string): void {
    this.#execution = execution;
    this.#executions.push(execution);
  }

  add(path: string, jobs: readonly Job[]): void {
    for (const job of jobs) this.#jobs.push({ job, path });
  }

  end(): void {
    if (this.#execution !== null) this.#calls.addRun(this.#execution, this.#jobs);
    this.#execution = null;
    this.#jobs = [];
  }
}
