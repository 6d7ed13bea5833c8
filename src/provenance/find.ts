import { RedunError } from "../errors.ts";
import type { NameHit } from "../index/id-lookup.ts";
import { isRole } from "../index/names.ts";
import type { EntityRow, ExecutionRow, JobRow } from "../index/rows.ts";
import { logName, logOption } from "../log/ref.ts";
import type { EntityType } from "../record/records.ts";
import { didYouMean } from "../suggest.ts";
import type { TagPair } from "../tag/tag.ts";
import { callLine } from "../value/program-line.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { idInJob } from "./read.ts";
import {
  countedBack,
  executionBack,
  journaledExecutions,
  journaledJobId,
  journaledWithId,
  NOT_INDEXED,
} from "./running.ts";
import { filesMeant } from "./versions.ts";

/** An entity of the log, found by its id. */
export type Found = {
  readonly id: string;
  readonly tags: readonly TagPair[];
  /** Those of the tags that contradict each other. */
  readonly conflicts: readonly TagPair[];
  /** The number of its row; null for what is known only by a job that took or gave it. */
  readonly seq: number | null;
} & (
  | { readonly type: "Execution"; readonly row: ExecutionRow }
  | { readonly type: "Job"; readonly row: JobRow }
  | { readonly type: "Task" | "Value" | "CallNode"; readonly row: EntityRow | null }
);

/** The most candidates that an error names. */
const SHOWN = 10;

/** The shortest prefix of an id that goes before a name: git, too, takes none that is shorter. */
const SHORTEST = 4;

/** Task names that are looked through for one that may be meant. */
const MAX_NAMES = 10_000;

/**
 * The entities whose ids begin with `prefixes`, each once.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID with the candidates
 */
export async function findEntities(log: IndexedLog, prefixes: readonly string[]): Promise<Found[]> {
  // Two prefixes may mean the same entity.
  const found = new Map<string, Found>();
  for (const prefix of prefixes) {
    const entity = await findEntity(log, prefix);
    found.set(entity.id, entity);
  }
  return [...found.values()];
}

/**
 * The entity that a word stands for: the prefix of an id; `-` for the latest execution and `~1`
 * (or `-~1`, which no shell expands) for the one before; the path of a recorded file; or the full name of a
 * task, of whose versions the one that was called last is meant.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID with the candidates
 */
export async function findEntity(log: IndexedLog, word: string): Promise<Found> {
  const back = countedBack(word);
  if (back !== null) return executionBefore(log, back, word);
  const whole = await taken(foundBy(log, log.index.ids.withId(word)), ({ id }) => id === word, 1);
  if (whole[0]) return whole[0];
  const all = await matches(log, word);
  if (all.length === 1) return all[0]!;
  if (all.length === 0) throw (await removedId(log, word)) ?? unknownId(log, word);
  throw ambiguousId(word, all);
}

/** Whether a word counts back from the latest execution: `-`, `~1`. */
export function isRelative(word: string): boolean {
  return countedBack(word) !== null;
}

/**
 * Everything that has an id with this prefix, but no more than an error would name, and one; where that is nothing, or no
 * single thing, or the prefix is as short as nobody writes one, the file with this path, or else the task with this name.
 */
async function matches(log: IndexedLog, word: string): Promise<Found[]> {
  const hits = word === "" ? [] : log.index.ids.withPrefix(word);
  const all = await taken(foundBy(log, hits), ({ id }) => id.startsWith(word), SHOWN + 1);
  if (all.length === 1 && word.length >= SHORTEST) return all;
  // Of several contents that a path had, the last one is meant.
  const file = filesMeant(log, word)[0];
  if (file) return [foundRow({ type: "Value", row: file.row })];
  const [task] = log.index.entitiesNamed("Task", word, 1);
  return task ? [foundRow({ type: "Task", row: task })] : all;
}

/** The whole ids that begin so of entities of one type. */
export async function idsWithPrefix(
  log: IndexedLog,
  type: EntityType,
  word: string,
): Promise<string[]> {
  const hits = [...log.index.ids.withPrefix(word)].filter((hit) => hit.type === type);
  const found = await taken(foundBy(log, hits), ({ id }) => id.startsWith(word), hits.length);
  return found.map(({ id }) => id);
}

async function taken(
  found: AsyncIterable<Found>,
  passes: (found: Found) => boolean,
  limit: number,
): Promise<Found[]> {
  const all: Found[] = [];
  for await (const entity of found) {
    // What claims the id of an execution or a job, as only a forger does, comes after it.
    if (!passes(entity) || all.some(({ id }) => id === entity.id)) continue;
    all.push(entity);
    if (all.length === limit) break;
  }
  return all;
}

/** The entities that have tags in conflict: executions first, of each type the newest first. */
export function entitiesInConflict({ index }: IndexedLog): Found[] {
  return index.tags.conflicts().flatMap(({ type, seq }): Found[] => {
    if (type === "Execution") return [foundRow({ type, row: index.execution(seq)! })];
    if (type === "Job") return [foundRow({ type, row: index.job(seq)! })];
    return [foundRow({ type, row: index.entity(seq)! })];
  });
}

function executionBefore(log: IndexedLog, count: number, word: string): Found {
  const row = executionBack(log, count);
  if (row?.seq === NOT_INDEXED) throw unknownId(log, word);
  if (row) return foundRow({ type: "Execution", row });
  const waiting = journaledExecutions(log).filter(({ indexed }) => indexed === null);
  const executions = log.index.counts().executions + waiting.length;
  const none = count === 1 ? "is no execution" : `are no ${count} executions`;
  throw new RedunError(
    "UNKNOWN_ID",
    executions === 0
      ? `There are no executions in ${log.log.ref}${log.isWhole ? " yet" : ", as far as its records are here"}.`
      : `There ${none} before the latest one: ${log.log.ref} has ${executions}.`,
    `\`redun-git log${log.words}\` lists executions.`,
  );
}

/** What hits stand for, each entity whole: the index holds but the first digits of some ids. */
async function* foundBy(log: IndexedLog, hits: Iterable<NameHit>): AsyncGenerator<Found> {
  for (const hit of hits) {
    const found = await foundOf(log, hit);
    if (found) yield found;
  }
}

async function foundOf(log: IndexedLog, hit: NameHit): Promise<Found | undefined> {
  const { type, ref } = hit;
  const { index } = log;
  if (type === "Execution") {
    const row = index.execution(ref);
    return row && foundRow({ type, row });
  }
  if (type === "Job") {
    const row = index.job(ref);
    return row && foundRow({ type, row });
  }
  if (!isRole(hit.named)) {
    const row = index.entity(ref);
    return row && foundRow({ type, row });
  }
  const job = index.job(ref);
  if (!job) return undefined;
  const id = await idInJob(log, job, hit);
  return id === undefined ? undefined : { type, id, tags: [], conflicts: [], seq: null, row: null };
}

type TypedRow =
  | { readonly type: "Execution"; readonly row: ExecutionRow }
  | { readonly type: "Job"; readonly row: JobRow }
  | { readonly type: "Task" | "Value" | "CallNode"; readonly row: EntityRow };

/** An entity with a row of its own. */
export function foundRow(typed: TypedRow): Found {
  const { id, tags, conflicts, seq } = typed.row;
  return { ...typed, id, tags, conflicts, seq };
}

/** The error for the id of an execution that was removed; null where none was that begins so. */
async function removedId(log: IndexedLog, word: string): Promise<RedunError | null> {
  if (word.length < 4) return null;
  const found = (await log.tombstones()).removedWithPrefix(word);
  if (!found) return null;
  const [id, { by, at, reason, movedTo }] = found;
  const why = reason === undefined ? "" : `: ${reason}`;
  const what = `${id.slice(0, 8)} was ${movedTo === undefined ? "removed" : "moved"}`;
  const message = `${what} by ${by} on ${at.slice(0, 10)}${why}.`;
  if (movedTo === undefined) return new RedunError("UNKNOWN_ID", message);
  const option = logOption(movedTo);
  return new RedunError(
    "UNKNOWN_ID",
    message,
    (await log.log.backend.resolve(movedTo)) === null
      ? `It is in the log ${logName(movedTo)}: \`redun-git pull ${option}\` brings that.`
      : `\`redun-git log ${id.slice(0, 8)} ${option}\` shows it.`,
  );
}

function unknownId(log: IndexedLog, prefix: string): RedunError {
  const { ref } = log.log;
  const { words } = log;
  const journaled = journaledWithId(log, prefix);
  if (journaled) {
    const { execution, fate } = journaled.run;
    const id = execution.slice(0, 8);
    return new RedunError(
      "UNKNOWN_ID",
      `Execution ${id} is only in its journal, and not in ${ref} yet: ${fate.why}.`,
      `\`redun-git log ${id}${words}\` shows what is known of it. The log has it once it has been committed.`,
    );
  }
  const job = journaledJobId(log, prefix);
  if (job) {
    const { fate } = job.execution.run;
    const id = job.id.slice(0, 8);
    return new RedunError(
      "UNKNOWN_ID",
      `Job ${id} is only in the journal of its run, and not in ${ref} yet: ${fate.why}.`,
      `\`redun-git log ${id}${words}\` shows what is known of it. The log has it once it has been committed.`,
    );
  }
  return new RedunError(
    "UNKNOWN_ID",
    `Nothing in ${ref} has an id with the prefix "${prefix}", no file or folder that path, and no task that name.${likeTask(log, prefix)}`,
    `\`redun-git log${words}\` lists executions; \`redun-git log <id>${words}\` shows the ids within one.`,
  );
}

/** Task names that may be meant: those with this last part, whatever the namespace, or else near ones. */
function likeTask({ index }: IndexedLog, word: string): string {
  const names = index.taskNames("", MAX_NAMES);
  const same = names.filter((name) => name.endsWith(`.${word}`)).slice(0, SHOWN);
  return same.length > 0 ? ` Did you mean ${same.join(" or ")}?` : didYouMean(word, names);
}

function ambiguousId(prefix: string, candidates: readonly Found[]): RedunError {
  const shown = candidates.slice(0, SHOWN);
  const lines = shown.map((found) => `  ${describe(found, shown)}`);
  if (candidates.length > SHOWN) lines.push("  and others");
  return new RedunError(
    "AMBIGUOUS_ID",
    `"${prefix}" matches several entities:\n${lines.join("\n")}`,
    "Write (more of) the id of one.",
    { data: { candidates: candidates.map(({ type, id }) => ({ type, id })) } },
  );
}

function describe(found: Found, among: readonly Found[]): string {
  const head = `${found.type} ${enough(found.id, among)}`;
  const time = (started: number) => new Date(started).toISOString().slice(0, 19).replace("T", " ");
  if (found.type === "Execution") return `${head}  ${time(found.row.started)}  ${found.row.task}`;
  if (found.type === "Job") {
    return `${head}  ${time(found.row.started)}  ${callLine(found.row.task, found.row.args)}`;
  }
  return `${head}  ${found.row?.name ?? ""}`.trimEnd();
}

/** Sixteen characters of an id, or as many as tell it from the others, and of a short one all. */
function enough(id: string, among: readonly Found[]): string {
  const others = among.map((other) => other.id).filter((other) => other !== id);
  let length = 16;
  while (length < id.length && others.some((other) => other.startsWith(id.slice(0, length)))) {
    length++;
  }
  return id.length <= length + 4 ? id : id.slice(0, length);
}
