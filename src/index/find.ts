import { RedunError } from "../errors.ts";
import type { EntityType } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { NAMED } from "./names.ts";
import { idInJob } from "./read.ts";
import type { NameHit } from "./reader.ts";
import type { EntityRow, ExecutionRow, JobRow } from "./rows.ts";

/** An entity of the log, found by its id. */
export type Found = {
  readonly id: string;
  readonly tags: readonly TagPair[];
  /** The number of its row; null for what is known only by a job that took or gave it. */
  readonly seq: number | null;
} & (
  | { readonly type: "Execution"; readonly row: ExecutionRow }
  | { readonly type: "Job"; readonly row: JobRow }
  | { readonly type: "Task" | "Value" | "CallNode"; readonly row: EntityRow | null }
);

/** The most candidates that an error names. */
const SHOWN = 10;
/** Ids are compared whole only up to so many with the same first digits. */
const COMPARED = 1000;

/**
 * The entities whose ids begin with `beginnings`, each once.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID with the candidates
 */
export async function findEntities(
  log: IndexedLog,
  beginnings: readonly string[],
): Promise<Found[]> {
  // Two beginnings may mean the same entity.
  const found = new Map<string, Found>();
  for (const beginning of beginnings) {
    const entity = await findEntity(log, beginning);
    found.set(entity.id, entity);
  }
  return [...found.values()];
}

/** @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID with the candidates */
export async function findEntity(log: IndexedLog, beginning: string): Promise<Found> {
  // The index knows the first digits of ids; what is longer is compared with the whole id.
  const isShort = beginning.length <= 11;
  const hits = beginning === "" ? [] : log.index.named(beginning, isShort ? SHOWN + 1 : COMPARED);
  const all: Found[] = [];
  for (const hit of hits) {
    const found = await foundBy(log, hit);
    if (found?.id.startsWith(beginning)) all.push(found);
  }
  const only = all.find(({ id }) => id === beginning) ?? (all.length === 1 ? all[0] : undefined);
  if (only) return only;
  if (all.length === 0) throw unknownId(log, beginning);
  throw ambiguousId(beginning, all);
}

async function foundBy(log: IndexedLog, hit: NameHit): Promise<Found | undefined> {
  const { type, named, ref } = hit;
  const { index } = log;
  if (type === "Execution") {
    const row = index.execution(ref);
    return row && { type, id: row.id, tags: row.tags, seq: row.seq, row };
  }
  if (type === "Job") {
    const row = index.job(ref);
    return row && { type, id: row.id, tags: row.tags, seq: row.seq, row };
  }
  if (named === NAMED[type === "Task" ? "task" : type === "Value" ? "value" : "callNode"]) {
    const row = index.entity(ref);
    return row && { type, id: row.id, tags: row.tags, seq: row.seq, row };
  }
  const job = index.job(ref);
  if (!job) return undefined;
  const id = await idInJob(log, job, hit);
  return id === undefined ? undefined : { type, id, tags: [], seq: null, row: null };
}

function unknownId({ log: { ref } }: IndexedLog, beginning: string): RedunError {
  return new RedunError(
    "UNKNOWN_ID",
    `Nothing in ${ref} has an id that begins with "${beginning}".`,
    "`redun-git log` lists executions; `redun-git log <id>` shows the ids within one.",
  );
}

function ambiguousId(beginning: string, candidates: readonly Found[]): RedunError {
  const lines = candidates.slice(0, SHOWN).map((found) => `  ${describe(found)}`);
  if (candidates.length > SHOWN) lines.push("  and others");
  return new RedunError(
    "AMBIGUOUS_ID",
    `"${beginning}" is the beginning of several ids:\n${lines.join("\n")}`,
    "Write more of the id.",
  );
}

function describe(found: Found): string {
  const head = `${found.type satisfies EntityType} ${found.id.slice(0, 16)}`;
  const time = (started: number) => new Date(started).toISOString().slice(0, 19).replace("T", " ");
  if (found.type === "Execution") return `${head}  ${time(found.row.started)}  ${found.row.task}`;
  if (found.type === "Job") {
    return `${head}  ${time(found.row.started)}  ${found.row.task}(${found.row.args})`;
  }
  return `${head}  ${found.row?.name ?? ""}`.trimEnd();
}
