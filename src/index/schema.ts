/** An index of another version is thrown away and rebuilt. Raise it with every change below. */
export const INDEX_VERSION = 16;

/**
 * Tables that are rows in the order of their numbers.
 *
 * Texts that repeat stand once in `word`, tags once in `pair`; everything else refers to them by
 * number. A job's number holds its execution's: see `jobNumber`. `tags` is the set of current tags
 * as pair numbers. `entity` has the tasks by their names, the files by their paths, and of other
 * values and call nodes those that are tagged or have a record of their own; the rest is found
 * through the jobs that took or gave it. `time` and `place` say how new the newest job is by which
 * it is known: its execution's start, and its place there. `own`: a task's name is that of its record.
 * `foreign_id` numbers the ids that have not the form of git's.
 * `tag_node` is the graph of tags of every entity whose tags were edited; its `edits` are numbers
 * of `tag_edit`, the edit files. Their commits are noted where this clone makes them (without a `time`), else
 * filled in when someone asks for history.
 * `commit_clock` has the commits whose authors' clocks do not tell their order: see tag-commits.ts.
 * `conflict` holds current tags that contradict each other.
 * `stray` names the files of the log that refer to what has not arrived.
 * `files` are those of an execution's outcome: see `filesText`.
 * Times are milliseconds since 1970; `duration` is from start to end.
 */
export const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE word (seq INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE pair (seq INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (key, value));
CREATE TABLE key_count (key TEXT NOT NULL, type INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (key, type)) WITHOUT ROWID;

CREATE TABLE execution (
  seq INTEGER PRIMARY KEY, id NOT NULL, started INTEGER NOT NULL, duration INTEGER, status INTEGER NOT NULL,
  task INTEGER, user INTEGER, commit_id INTEGER, tree_id INTEGER, argv TEXT, tags BLOB, reason TEXT, files TEXT
);
CREATE TABLE segment (seq INTEGER PRIMARY KEY, oid NOT NULL);
CREATE TABLE job (
  seq INTEGER PRIMARY KEY, id NOT NULL, parent INTEGER, task INTEGER NOT NULL, status INTEGER NOT NULL,
  started INTEGER NOT NULL, duration INTEGER, segment INTEGER NOT NULL, args TEXT NOT NULL, tags BLOB
);
CREATE TABLE entity (
  seq INTEGER PRIMARY KEY, type INTEGER NOT NULL, id NOT NULL, name INTEGER, tags BLOB,
  time INTEGER NOT NULL, place INTEGER NOT NULL, own INTEGER NOT NULL
);
CREATE TABLE foreign_id (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE stray (path TEXT PRIMARY KEY, oid TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE tag_node (
  type INTEGER NOT NULL, entity INTEGER NOT NULL, hash BLOB NOT NULL, pair INTEGER, parents BLOB NOT NULL,
  edits BLOB, PRIMARY KEY (type, entity, hash)
) WITHOUT ROWID;
CREATE TABLE tag_edit (seq INTEGER PRIMARY KEY, oid NOT NULL UNIQUE, commit_id, time INTEGER);
CREATE TABLE commit_clock (commit_id PRIMARY KEY, time INTEGER NOT NULL, step INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE conflict (type INTEGER NOT NULL, entity INTEGER NOT NULL, pair INTEGER NOT NULL,
  PRIMARY KEY (type, entity, pair)) WITHOUT ROWID;
`;

/**
 * Tables that find rows, in orders of their own. A rebuild collects their rows unordered and fills
 * them sorted, which is many times faster.
 *
 * What is newer is what the log says, and never which row came later: by the start of its execution
 * (`time`), then by its place among the jobs there, then by its id.
 *
 * - `name`: every id, and what has it; see `Name`. Of a job by which something is known, its
 *   execution's start, its place there and its execution's number; else the row's number as `run`.
 * - `tag`: current tags, so that the newest entities with a tag are the end of a range.
 * - `task_job`: the jobs of each task.
 * - `call`: for the cache, jobs by task and by a number made of the id of their arguments.
 */
export const LOOKUPS = {
  name: ["key", "rest", "time", "place", "run"],
  tag: ["pair", "type", "time", "entity"],
  task_job: ["task", "time", "place", "run"],
  call: ["task", "args", "job"],
} as const;

export type Lookup = keyof typeof LOOKUPS;

/** SQL that makes a lookup table, ordered by all its columns. */
export function lookupTable(name: Lookup): string {
  const columns = LOOKUPS[name];
  const types = columns.map((column) => `${column} INTEGER NOT NULL`).join(", ");
  return `CREATE TABLE ${name} (${types}, PRIMARY KEY (${columns.join(", ")})) WITHOUT ROWID`;
}

export const INDEXES = `
CREATE INDEX execution_started ON execution (started);
CREATE INDEX execution_commit ON execution (commit_id) WHERE commit_id IS NOT NULL;
CREATE INDEX execution_tree ON execution (tree_id) WHERE tree_id IS NOT NULL;
CREATE INDEX entity_name ON entity (name, type, time, place) WHERE name IS NOT NULL;
CREATE INDEX entity_newest ON entity (type, time, place);
`;

export const JOBS_PER_EXECUTION = 2 ** 20;

/** A job's number: its execution's, and its place there. Exact up to 2^33 executions. */
export function jobNumber(execution: number, place: number): number {
  return execution * JOBS_PER_EXECUTION + place;
}

export function executionOfJob(job: number): number {
  return Math.floor(job / JOBS_PER_EXECUTION);
}

/** The numbers of all jobs that an execution may have: `from` included, `to` not. */
export function jobRange(execution: number): { from: number; to: number } {
  return { from: jobNumber(execution, 0), to: jobNumber(execution + 1, 0) };
}
