/** What a log has of the runs and tags of a graph; a run that contradicts it is refused. */
import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { withForeign } from "../record/foreign-values.ts";
import { isOidLike } from "../record/name.ts";
import type { Job } from "../record/records.ts";
import { hashTag } from "../tag/hash.ts";
import type { TagPair } from "../tag/tag.ts";
import { previewArgs } from "../value/preview.ts";
import { readYaml } from "../value/yaml-read.ts";
import { writeYaml } from "../value/yaml-write.ts";
import type { Graph, GraphRun, GraphTags } from "./graph.ts";

/** Of a run: nothing, fewer jobs than it has by now or no end, or all of it. */
export type RunState = "new" | "grown" | "known";

/** A log as it was before an import, asked by the ids of a graph. */
export class KnownRuns {
  readonly #log: IndexedLog;
  readonly #hasContentIds: boolean;
  readonly #format: ObjectFormat;
  readonly #isEmpty: boolean;

  /** @param log brought up to date, as it was before the import */
  constructor(log: IndexedLog, { hasContentIds = false }: Graph) {
    this.#log = log;
    this.#hasContentIds = hasContentIds;
    this.#format = log.log.backend.repository.objectFormat;
    this.#isEmpty = log.index.counts().executions === 0;
  }

  /**
   * How much of a run the log has.
   * @throws RedunError BAD_IMPORT for one that contradicts the one of its id
   */
  stateOf(run: GraphRun): RunState {
    this.#assertForeign(run.execution.id, run.jobs);
    return this.#isEmpty ? "new" : this.#compared(run);
  }

  /** Hashes of the tags that an entity of the log has had. */
  tagsOf(tags: GraphTags): ReadonlySet<string> {
    const { entity, type } = tags;
    const row = this.#rowOf(tags);
    if (!row) return new Set();
    const { nodes } = this.#log.index.tags.graph({ type, ...row });
    const current = row.tags.map(([key, value]) => hashTag(entity, key, value));
    return new Set([...nodes.keys(), ...current]);
  }

  /** The tags that it has now. */
  currentTagsOf(tags: GraphTags): readonly { readonly hash: string; readonly was: TagPair }[] {
    const row = this.#rowOf(tags);
    if (!row) return [];
    const graph = this.#log.index.tags.graph({ type: tags.type, ...row });
    return graph.current().map(({ hash, tag }) => ({ hash, was: tag }));
  }

  /** Ids of git's form belong to what they are computed from. */
  #assertForeign(execution: string, jobs: readonly Job[]): void {
    const digits = this.#format === "sha1" ? 40 : 64;
    const { index } = this.#log;
    for (const id of [execution, ...jobs.map((job) => job.id)]) {
      if (!isOidLike(id, digits)) continue;
      const isOurs = this.#executionWithId(execution) !== undefined || index.jobWithId(id);
      if (isOurs) continue;
      throw new RedunError(
        "BAD_IMPORT",
        `${id} is an id of redun-git's own, and is computed from a record that is not here.`,
        "Runs of redun-git's come with `redun-git pull`, or a git bundle and `redun-git merge`.",
      );
    }
  }

  #executionWithId(id: string) {
    const { index } = this.#log;
    const hit = index.ids.withId(id).find(({ type }) => type === "Execution");
    const row = hit && index.execution(hit.ref);
    return row?.id === id ? row : undefined;
  }

  #compared({ execution, outcome, jobs }: GraphRun): RunState {
    const known = this.#executionWithId(execution.id);
    if (!known) return "new";
    if (this.#hasContentIds) return "known";
    const isNative = isOidLike(execution.id, this.#format === "sha1" ? 40 : 64);
    const differs = (what: string, there: unknown, here: unknown) => {
      if (there === here || isNative) return;
      throw new RedunError(
        "BAD_IMPORT",
        `Execution ${execution.id} is in the log with another ${what}: ${String(there)}, and not ${String(here)}.`,
        "Import it into another log (`--log`), and compare the two.",
      );
    };
    differs("start", known.started, Date.parse(execution.started));
    differs("task", known.task, execution.task);
    const rows = new Map(this.#log.index.jobsOf(known.seq).map((row) => [row.id, row]));
    const isRunning = known.status === "RUNNING";
    let hasGrown = isRunning && outcome !== null;
    for (const job of jobs) {
      const row = rows.get(job.id);
      if (!row) {
        if (!isRunning) differs("number of jobs", rows.size, jobs.length);
        hasGrown = true;
        continue;
      }
      differs(`start of job ${job.id}`, row.started, Date.parse(job.started));
      differs(`task of job ${job.id}`, row.taskHash, job.taskHash);
      const isOpen = row.ended === null;
      if (isOpen && isRunning) continue;
      const isCut = job.ended === null && outcome !== null;
      if (!isOpen)
        differs(`status of job ${job.id}`, row.status, isCut ? "INTERRUPTED" : job.status);
      const args = withForeign(job);
      if (row.args === previewArgs(args)) continue;
      differs(`call of job ${job.id}`, row.args, previewArgs(asRecorded(args)));
    }
    return hasGrown && !isNative ? "grown" : "known";
  }

  #rowOf({ entity, type }: GraphTags) {
    const { index } = this.#log;
    if (type === "Execution") return this.#executionWithId(entity);
    return type === "Job" ? index.jobWithId(entity) : index.entityWithId(type, entity);
  }
}

/** Arguments as they are read again: keys of maps are in order then. */
function asRecorded(args: Job["args"]): Job["args"] {
  const again = (value: unknown) => readYaml(writeYaml(value));
  return args instanceof Map
    ? new Map([...args].map(([name, value]) => [name, again(value)]))
    : [...args.values()].map(again);
}
