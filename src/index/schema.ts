/** An index of another version is thrown away and rebuilt. Raise it with every change below. */
export const INDEX_VERSION = 1;

/**
 * The tables. Ids are 20 or 32 bytes where they are hashes and text where they are foreign, and
 * stand once, in `entity`; everything else refers to them by number. A tag's key and value stand
 * once, in `pair`. That makes an index of a million runs a few hundred megabytes and a tag query
 * a range scan.
 *
 * `tag` holds current tags only. `time` is the entity's, in milliseconds since 1970, so that the
 * newest entities with a tag are the end of a range. `tag_node` holds the whole tag graph of those
 * entities whose tags were ever edited, superseded tags and removals (without a pair) included.
 */
export const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE entity (seq INTEGER PRIMARY KEY, type INTEGER NOT NULL, id NOT NULL UNIQUE);

CREATE TABLE execution (
  seq INTEGER PRIMARY KEY, started INTEGER NOT NULL, status INTEGER NOT NULL, ended INTEGER,
  task TEXT NOT NULL, argv TEXT NOT NULL, user TEXT NOT NULL, commit_id BLOB, tree_id BLOB
);
CREATE INDEX execution_started ON execution (started);

CREATE TABLE segment (seq INTEGER PRIMARY KEY, oid BLOB NOT NULL);

CREATE TABLE job (
  seq INTEGER PRIMARY KEY, execution INTEGER NOT NULL, parent INTEGER, task INTEGER NOT NULL,
  call INTEGER, status INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER,
  args TEXT NOT NULL, segment INTEGER NOT NULL
);
CREATE INDEX job_execution ON job (execution);
CREATE INDEX job_task ON job (task);

CREATE TABLE task (seq INTEGER PRIMARY KEY, name TEXT NOT NULL);

CREATE TABLE call (seq INTEGER PRIMARY KEY, task INTEGER NOT NULL, args BLOB NOT NULL, result INTEGER NOT NULL);
CREATE INDEX call_lookup ON call (task, args);

CREATE TABLE value_use (
  value INTEGER NOT NULL, job INTEGER NOT NULL, role TEXT NOT NULL, PRIMARY KEY (value, job, role)
) WITHOUT ROWID;

CREATE TABLE pair (seq INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (key, value));

CREATE TABLE tag (
  pair INTEGER NOT NULL, time INTEGER NOT NULL, entity INTEGER NOT NULL,
  PRIMARY KEY (pair, time, entity)
) WITHOUT ROWID;
CREATE INDEX tag_entity ON tag (entity);

CREATE TABLE tag_node (
  entity INTEGER NOT NULL, hash BLOB NOT NULL, pair INTEGER, parents BLOB NOT NULL,
  PRIMARY KEY (entity, hash)
) WITHOUT ROWID;
`;
