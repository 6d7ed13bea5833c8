/**
 * The bytes of every kind of record, kept in golden/. A change of a byte changes ids: it is a
 * change of the format. `UPDATE_GOLDEN=1` writes the files anew.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import {
  decodeExecution,
  decodeJobs,
  decodeOutcome,
  decodeTags,
  decodeTask,
  decodeTombstone,
} from "../../src/record/decode.ts";
import {
  executionYaml,
  formatYaml,
  jobsYaml,
  outcomeYaml,
  tagsYaml,
  taskYaml,
  tombstoneYaml,
} from "../../src/record/encode.ts";
import {
  ENTITY_TYPES,
  type EntityTags,
  type Execution,
  type Job,
  type JobSegment,
  type Outcome,
  type TagEdits,
  type TaskInclude,
  type TaskRecord,
  type Tombstone,
} from "../../src/record/records.ts";
import type { TagEdit, TagPair } from "../../src/tag/tag.ts";
import { File } from "../../src/value/file.ts";
import { FileSet } from "../../src/value/file-set.ts";
import { ErrorValue, float, isPlainObject, StoredValue, Tagged } from "../../src/value/value.ts";
import { readAnyYaml } from "../../src/value/yaml-any.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeTold, writeYaml } from "../../src/value/yaml-write.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { json, text } from "../value/arbitrary.ts";

const FOLDER = new URL("golden/", import.meta.url);
const ID = "6dc981d7a0e6c7f0d94c9a6f1f6a6ce0c9a3e8b1";
const OTHER = "04dcc63c0f2e4a7d9b1c3e5f70819203a4b5c6d7";
const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const TIME = "2026-11-22T09:43:43.512Z";
const LATER = "2026-11-22T09:43:44.000Z";

/** Tags with every trap: repeated keys, YAML's other words, numbers of all kinds, structures. */
const TAGS: readonly TagPair[] = [
  ["cfg", { b: [1, { deep: null }], a: "no" }],
  ["empty", null],
  ["n", 1],
  ["n", float(1)],
  ["n", 12345678901234567890n],
  ["no", "yes"],
  ["note", "two\nlines"],
  ["user", "bob"],
  ["user", "carol: # not a comment"],
  ["été", "\u{1f600}"],
];

const execution: Omit<Execution, "id"> = {
  task: "hello_world.main",
  argv: ["run", "-t", "env=prod", "workflow.ts", "main", "--greet", "Hi4", "", "1e3", "a\nb"],
  started: TIME,
  user: "rasmus",
  host: "laptop",
  code: {
    commit: "b3faf931667ffd18f797334eb1feef9b464ea600",
    tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    branch: "feature/null",
    dirty: true,
    files: [
      { path: "../lib/b: c.ts", blob: "4b825dc642cb6eb9a060e54bf8d69288fbee4904" },
      { path: "workflow.ts", blob: "8f66d33d71735ba1fc964e6e50d9acd11951d7d9" },
    ],
    origin: "git@github.com:insitro/redun.git",
  },
  tags: TAGS,
  nonce: "5c1f0a0000000001",
};

const importedRun: Omit<Execution, "id"> = {
  ...execution,
  code: {},
  tags: [],
  nonce: "",
  imported: { from: "redun", args: '["redun", "run"]' },
};

const patched: Omit<Execution, "id"> = {
  ...execution,
  code: {
    commit: "b3faf931667ffd18f797334eb1feef9b464ea600",
    dirty: true,
    patch: "cd3c6232bdd2aaad4bf4b2a0249ac7c6cc59999a",
  },
};

const smallest: Omit<Execution, "id"> = {
  task: "",
  argv: [],
  started: "0001-01-01T00:00:00.000Z",
  user: "",
  host: "",
  code: {},
  tags: [],
  nonce: "0",
};

const job: Job = {
  id: ID,
  index: 0,
  parent: null,
  task: "hello_world.main",
  taskHash: OTHER,
  call: ID,
  status: "DONE",
  started: TIME,
  ended: LATER,
  late: false,
  args: new Map<string, unknown>([
    ["z_first", "Hi4"],
    ["a_second", [1, 1.5, float(2), -0, 1e300, Number.NaN]],
    ["map", { key: true, "a key": null, "1": "one" }],
    ["large", new StoredValue(OTHER)],
    ["when", new Date(Date.parse(TIME))],
    ["bytes", Buffer.from([0, 255])],
    ["set", new Set([1, "1"])],
    [
      "by_key",
      new Map<unknown, unknown>([
        [[1], "list"],
        ["text", 2],
      ]),
    ],
    ["big", 123456789012345678901234567890n],
    ["function", new Tagged("opaque", "function greet")],
  ]),
  from: new Map([
    ["z_first", [OTHER]],
    ["a_second", [OTHER, ID]],
  ]),
  result: "Hi4,\n  World!\n",
  tags: TAGS.slice(2, 5),
};

/** A call, a part of what it gives, the same call again, and what is not a value of YAML's. */
const lazyCall = (task: string, ...args: unknown[]) => new Tagged("lazy", { args, task });
const RETURNED = [
  lazyCall("greeter", "Hi4", lazyCall("getPlanet"), new Tagged("undefined", null)),
  new Tagged("lazy", { of: new Tagged("lazy", { same: 1 }), property: "name" }),
  new Tagged("lazy", {
    apply_to: lazyCall("cost", 3.2),
    execution_tags: [{ env: "dev" }],
    job_tags: [{ cost: 3.2 }],
    tags: [{ unit: "eur" }],
  }),
  new Tagged("lazy", {
    args: [new StoredValue(OTHER)],
    options: { cacheScope: "execution" },
    tags: [{ team: "qa" }],
    task: "large",
  }),
  new Tagged("lazy", {
    control: "mapTask",
    of: [lazyCall("list")],
    options: { limits: { gpu: 2 }, retries: 1, timeout: 0.5 },
    task: "cost",
  }),
];

const segment: JobSegment = {
  execution: ID,
  jobs: [
    job,
    {
      ...job,
      index: 1,
      parent: ID,
      status: "CACHED",
      args: [],
      from: new Map(),
      result: null,
      files: { args: [File.recorded("a.csv", { hash: ID, size: 3 })], result: [new File("gone")] },
      tags: [],
    },
    {
      ...withoutResult(job),
      index: 2,
      parent: ID,
      status: "FAILED",
      late: true,
      args: ["positional", 2],
      from: new Map([["1", [ID]]]),
      error: new ErrorValue(
        "TypeError",
        "no: such # thing",
        "TypeError: no\n    at main (w.ts:1:2)",
      ),
      tags: [],
    },
    {
      ...withoutResult(job),
      index: 3,
      status: "FAILED",
      args: [],
      from: new Map(),
      error: "just text",
      tags: [],
    },
    {
      ...job,
      index: 4,
      args: [],
      from: new Map(),
      returned: RETURNED,
      tasksBelow: [OTHER, ID],
      tags: [],
    },
    {
      ...job,
      index: 5,
      status: "CACHED",
      reused: OTHER,
      args: [],
      from: new Map(),
      returned: new Tagged("undefined", null),
      result: null,
      tags: [],
    },
    {
      ...withoutResult(job),
      index: 6,
      status: "DONE",
      missed: { reason: "files", job: OTHER, files: ["out/no: x.bam"] },
      args: [],
      from: new Map(),
      result: 1,
      tags: [],
    },
    {
      ...withoutResult(job),
      index: 7,
      status: "FAILED",
      reused: OTHER,
      args: [],
      from: new Map(),
      error: "as there",
      tags: [],
    },
    {
      ...withoutResult(job),
      index: 1_048_575,
      call: null,
      status: "RUNNING",
      ended: null,
      args: new Map(),
      from: new Map(),
      tags: [],
    },
  ],
  tagged: ENTITY_TYPES.map((type, at) => ({
    type,
    id: at === 4 ? SHA256 : ID,
    tags: TAGS.slice(0, 2),
  })),
};

const importedSegment: JobSegment = {
  execution: "f77d5037-70ac-4fb4-a068-51325ef4cbc1",
  jobs: [
    {
      ...withoutResult(job),
      id: "4a0a5a65-159e-4e50-aa75-1944ed2fad41",
      args: new Map([["n", new StoredValue(OTHER)]]),
      from: new Map(),
      result: new StoredValue(ID),
      imported: {
        call: { args_hash: OTHER },
        values: {
          [OTHER]: new Tagged("python", {
            data: Buffer.from([0x80, 3, 0x4b, 4, 0x2e]),
            format: "application/python-pickle",
            preview: "4",
            type: "builtins.int",
          }),
        },
      },
      tags: [],
    },
  ],
  tagged: [],
};

const outcome: Outcome = { execution: ID, status: "INTERRUPTED", ended: LATER };
const late: Outcome = {
  ...outcome,
  status: "DONE",
  files: [
    { path: "lib/late.mjs", blob: "5c102db277240cb574d9ab591f95b89e10eea7a4" },
    { path: "lib/late.mjs", blob: "f45ed699369a340a78ca86b672b712b173de2e2c" },
  ],
};
const explained: Outcome = { ...outcome, reason: "Still waiting:\n  never() at w.ts:9" };
const sourceTask: Omit<TaskRecord, "id"> = {
  name: "greeter",
  namespace: "hello_world",
  source: '(greet: string) => {\n  // "quoted" \\ and: tabs\t\n\n  return greet + "!";\n}',
};
const versionTask: Omit<TaskRecord, "id"> = { name: "null", namespace: null, taskVersion: "1.0" };
const includingTask: Omit<TaskRecord, "id"> = {
  name: "main",
  namespace: null,
  source: "() => clean(half(1))",
  hashIncludes: [
    { kind: "function", name: "half", source: "(n: number) => {\n  return n / 2;\n}" },
    { kind: "function", name: null, source: "" },
    { kind: "value", value: "no" },
    { kind: "value", value: { b: [1.5, null], a: new StoredValue(OTHER) } },
    { kind: "file", hash: SHA256 },
    { kind: "file", hash: null },
    { kind: "task", task: "lib.clean", taskHash: ID },
  ],
};
const edits: TagEdits = {
  entity: ID,
  type: "Execution",
  edits: [
    { tag: ["env", "prod"], parents: [parent("8a7f", ["env", "dev"])] },
    { tag: ["env", "test"], parents: [] },
    { tag: null, parents: [parent("91bc", ["note", "two words"]), parent("92bc", null)] },
    { tag: ["a", { b: [] }], parents: [parent("aaaa", ["a", "line\nbreak"])] },
  ],
};
const foreign: TagEdits = {
  entity: "a foreign/id: #1",
  type: "Value",
  edits: [{ tag: ["a", 1], parents: [] }],
};

/** Objects of JavaScript that are values by their content. */
const OBJECTS = [
  new Float64Array([1, 2.5, Number.NaN]),
  new Int32Array([-1]),
  new BigInt64Array([1n]),
  new Uint8Array([255]).buffer,
  new DataView(new ArrayBuffer(1)),
  /a+/g,
  new URL("https://example.org/?q=1"),
  new URLSearchParams({ q: "1 2" }),
  Object("boxed"),
  Symbol.for("known"),
  new Tagged("sparse-list", { items: [[1, "a"]], length: 2 }),
  new Tagged("object", { properties: { a: 1 }, symbols: [[Symbol.for("s"), 2]] }),
  new Tagged("opaque", "class Socket 5c1f0a6073fc0b08-1"),
  File.recorded("data/in.csv", { hash: ID, size: 2 }),
  File.recorded("data", { hash: ID, size: 2, isFolder: true }),
  new File("missing"),
  File.recordedStat("reads.fq", { size: 2, mtime: "2026-11-22T14:29:09.294Z" }),
  FileSet.recorded("dir", "data", "**", [File.recorded("data/a/b", { hash: ID, size: 2 })]),
  FileSet.recorded("fileset", ".", "*.csv", []),
  new Tagged("instance", { class: "Point", value: [1, 2] }),
  new ErrorValue("Error", "no", undefined, {
    class: "NotFound",
    cause: new ErrorValue("TypeError", "x"),
    errors: [1],
    properties: { code: "ENOENT" },
  }),
];

/** Where `undefined` may stand in a value. */
const UNDEFINED = new Tagged("undefined", null);
const undefinedIn = (none: unknown) => [none, null, { a: none, b: null }, new Map([[none, none]])];

const redaction: Tombstone = {
  by: "Ann <ann@example.com>",
  at: "2026-11-30T22:38:53.437Z",
  reason: "the name of a patient",
  redacted: [
    { execution: ID, job: OTHER, part: "args", name: "0" },
    { execution: ID, job: OTHER, part: "result" },
    { execution: ID, part: "argv", name: "9" },
    { execution: ID, part: "tag", name: "a b" },
  ],
  removed: [],
  values: [OTHER],
  unused: [],
};

const removal: Tombstone = {
  by: "Zo\u00eb <>",
  at: "2026-11-30T22:38:53.437Z",
  redacted: [],
  removed: [ID, OTHER, "exec/1.2"],
  values: [],
  unused: [ID],
  movedTo: "refs/redun/archive/2025",
};

/** Each golden file: how it is written, and what is read from it. */
const GOLDEN: Record<
  string,
  { written: string; decode?: (raw: unknown) => unknown; expected?: unknown }
> = {
  "format.yaml": {
    written: formatYaml(),
    decode: (raw) => raw,
    expected: { format: "redun-git", version: 1 },
  },
  "execution.yaml": {
    written: executionYaml(execution),
    decode: (raw) => decodeExecution(raw, ID),
    expected: { id: ID, ...execution },
  },
  "execution-smallest.yaml": {
    written: executionYaml(smallest),
    decode: (raw) => decodeExecution(raw, ID),
    expected: { id: ID, ...smallest },
  },
  "execution-patch.yaml": {
    written: executionYaml(patched),
    decode: (raw) => decodeExecution(raw, ID),
    expected: { id: ID, ...patched },
  },
  "execution-imported.yaml": {
    written: executionYaml(importedRun, importedSegment.execution),
    decode: (raw) => decodeExecution(raw, importedSegment.execution),
    expected: { id: importedSegment.execution, ...importedRun },
  },
  "jobs-imported.yaml": {
    written: jobsYaml(importedSegment),
    decode: decodeJobs,
    expected: importedSegment,
  },
  "task-imported.yaml": {
    written: taskYaml(sourceTask, OTHER),
    decode: (raw) => decodeTask(raw, OTHER),
    expected: { id: OTHER, ...sourceTask },
  },
  "jobs.yaml": { written: jobsYaml(segment), decode: decodeJobs, expected: segment },
  "jobs-empty.yaml": {
    written: jobsYaml({ execution: ID, jobs: [], tagged: [] }),
    decode: decodeJobs,
    expected: { execution: ID, jobs: [], tagged: [] },
  },
  "outcome.yaml": { written: outcomeYaml(outcome), decode: decodeOutcome, expected: outcome },
  "outcome-reason.yaml": {
    written: outcomeYaml(explained),
    decode: decodeOutcome,
    expected: explained,
  },
  "outcome-files.yaml": { written: outcomeYaml(late), decode: decodeOutcome, expected: late },
  "task-source.yaml": {
    written: taskYaml(sourceTask),
    decode: (raw) => decodeTask(raw, ID),
    expected: { id: ID, ...sourceTask },
  },
  "task-version.yaml": {
    written: taskYaml(versionTask),
    decode: (raw) => decodeTask(raw, ID),
    expected: { id: ID, ...versionTask },
  },
  "task-includes.yaml": {
    written: taskYaml(includingTask),
    decode: (raw) => decodeTask(raw, ID),
    expected: { id: ID, ...includingTask },
  },
  "tombstone-redacted.yaml": {
    written: tombstoneYaml(redaction),
    decode: decodeTombstone,
    expected: redaction,
  },
  "tombstone-removed.yaml": {
    written: tombstoneYaml(removal),
    decode: decodeTombstone,
    expected: removal,
  },
  "format-2.yaml": {
    written: formatYaml(2),
    decode: (raw) => raw,
    expected: { format: "redun-git", version: 2 },
  },
  "tags.yaml": { written: tagsYaml(edits), decode: decodeTags, expected: forgetful(edits) },
  "tags-foreign.yaml": { written: tagsYaml(foreign), decode: decodeTags, expected: foreign },
  "value-objects.yaml": {
    written: writeYaml(OBJECTS),
    decode: (raw) => raw,
    expected: OBJECTS,
  },
  "value-undefined.yaml": {
    written: writeTold(undefinedIn(undefined)),
    decode: (raw) => raw,
    expected: undefinedIn(UNDEFINED),
  },
  "value-properties.yaml": {
    written: writeTold(Object.assign(["a"], { index: 1 })),
    decode: (raw) => raw,
    expected: new Tagged("sparse-list", {
      items: [[0, "a"]],
      length: 1,
      properties: { index: 1 },
    }),
  },
  "value.yaml": {
    written: writeYaml({ text: "x".repeat(100), list: [[], {}, [[1]]], deep: { er: { a: "|" } } }),
    decode: (raw) => raw,
    expected: { text: "x".repeat(100), list: [[], {}, [[1]]], deep: { er: { a: "|" } } },
  },
};

const golden = suite("golden records");

for (const [name, { written, decode, expected }] of Object.entries(GOLDEN)) {
  golden(`${name} is written byte for byte`, () => {
    const file = new URL(name, FOLDER);
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, written);
    assert.fixture(written, readFileSync(file, "utf8"));
  });

  golden(`${name} passes its schema and decodes to what was encoded`, () => {
    same(decode!(readYaml(readFileSync(new URL(name, FOLDER), "utf8"))), expected);
  });
}

golden("there is a file for every record, and no other", () => {
  assert.equal(readdirSync(FOLDER).sort(), Object.keys(GOLDEN).sort());
});

golden("a damaged record is refused, never half read", async () => {
  const damages: [RegExp, string][] = [
    [/^version: 1$/m, "version: 2"],
    [/^kind: (\w+)$/m, "kind: other"],
    [/2026-11-22T09:43:4(\d)\.\d+Z/, "2026-02-31T00:00:00.000Z"],
    [/2026-11-22T09:43:4(\d)\.\d+Z/, "yesterday"],
  ];
  for (const [name, { written, decode }] of Object.entries(GOLDEN)) {
    if (name.startsWith("format") || name.startsWith("value")) continue;
    for (const [what, by] of damages.filter(([what]) => what.test(written))) {
      const raw = await readAnyYaml(written.replace(what, by));
      assert.throws(
        () => decode!(raw),
        (error: unknown) => {
          return error instanceof RedunError && error.code === "BAD_RECORD";
        },
      );
    }
  }
});

golden.run();

const hex = fc.string({
  unit: fc.constantFrom(..."0123456789abcdef"),
  minLength: 40,
  maxLength: 40,
});
const id = fc.oneof(
  { weight: 3, arbitrary: hex },
  text.filter((t) => t !== "" && t.length <= 200),
);
const time = fc
  .date({
    min: new Date("0001-01-01T00:00:00.000Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const tag = fc.tuple(
  text.filter((key) => key !== ""),
  json,
) as unknown as fc.Arbitrary<TagPair>;
const tags = fc.array(tag, { maxLength: 4 });
/** What tasks take and give. */
const value = fc.oneof(
  { weight: 4, arbitrary: json },
  fc.date(),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
  fc
    .uniqueArray(json, { maxLength: 3, selector: (item) => writeYaml(item) })
    .map((list) => new Set(list)),
  fc.tuple(text, text).map(([name, message]) => new ErrorValue(name, message)),
  hex.map((hash) => new StoredValue(hash)),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const codeFiles = optional(
  fc.array(fc.record({ path: text, blob: hex }), { minLength: 1, maxLength: 3 }),
);
const defined = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, part]) => part !== undefined)) as T;

const anyExecution = fc.record({
  id: hex,
  task: text,
  argv: fc.array(text, { maxLength: 4 }),
  started: time,
  user: text,
  host: text,
  code: fc
    .record({
      commit: optional(hex),
      tree: optional(hex),
      branch: optional(text),
      dirty: optional(fc.boolean()),
      files: codeFiles,
      origin: optional(text),
    })
    .map(defined),
  tags,
  nonce: hex,
}) as unknown as fc.Arbitrary<Execution>;

const names = fc.uniqueArray(
  text.filter((name) => name !== "" && !/^\d+$/.test(name)),
  { maxLength: 4 },
);
const args = fc.oneof(
  fc.array(value, { maxLength: 3 }),
  fc.tuple(names, fc.array(value, { minLength: 4, maxLength: 4 })).map(([keys, parts]) => {
    return new Map(keys.map((key, at) => [key, parts[at]]));
  }),
);
const ending = fc.oneof(
  fc.record({ status: fc.constant("DONE"), call: id, ended: time, result: value }),
  fc.record({
    status: fc.constant("CACHED"),
    call: id,
    reused: id,
    ended: time,
    result: value,
    returned: fc.oneof(value, fc.constantFrom<unknown>(...RETURNED)),
    tasksBelow: fc.array(id, { maxLength: 3 }),
  }),
  fc.record({ status: fc.constant("FAILED"), call: id, ended: time, error: value }),
  fc.record({ status: fc.constant("RUNNING"), call: fc.constant(null), ended: fc.constant(null) }),
);
const anyJob = fc
  .tuple(
    fc.record({
      id,
      index: fc.integer({ min: 0, max: 1_048_575 }),
      parent: fc.option(id),
      task: text,
      taskHash: id,
      started: time,
      late: fc.boolean(),
      args,
      from: names.map((keys) => new Map(keys.map((key) => [key, [ID]]))),
      tags,
    }),
    ending,
  )
  .map(([start, end]) => ({ ...start, ...end })) as unknown as fc.Arbitrary<Job>;
const anySegment: fc.Arbitrary<JobSegment> = fc.record({
  execution: id,
  jobs: fc.array(anyJob, { maxLength: 3 }),
  tagged: fc.array(
    fc.record({ type: fc.constantFrom(...ENTITY_TYPES), id, tags }) as fc.Arbitrary<EntityTags>,
    { maxLength: 3 },
  ),
});
const anyInclude: fc.Arbitrary<TaskInclude> = fc.oneof(
  fc.record({ kind: fc.constant("function"), name: fc.option(text), source: text }),
  fc.record({ kind: fc.constant("value"), value }),
  fc.record({ kind: fc.constant("file"), hash: fc.option(hex) }),
  fc.record({ kind: fc.constant("task"), task: text, taskHash: id }),
) as fc.Arbitrary<TaskInclude>;
const anyTask = fc
  .record({
    id: hex,
    name: text.filter((name) => name !== ""),
    namespace: fc.option(text),
    source: optional(text),
    taskVersion: optional(text),
    hashIncludes: optional(fc.array(anyInclude, { minLength: 1, maxLength: 3 })),
  })
  .map(defined) as unknown as fc.Arbitrary<TaskRecord>;
const anyEdit: fc.Arbitrary<TagEdit> = fc.record({
  tag: fc.option(tag),
  parents: fc.array(fc.record({ hash: hex, was: fc.option(tag) }), { maxLength: 3 }),
});
const anyEdits: fc.Arbitrary<TagEdits> = fc.record({
  entity: id,
  type: fc.constantFrom(...ENTITY_TYPES),
  edits: fc.array(anyEdit, { minLength: 1, maxLength: 3 }),
});
const anyOutcome = fc
  .record({
    execution: id,
    status: fc.constantFrom("DONE", "FAILED", "INTERRUPTED"),
    ended: time,
    reason: optional(text),
    files: codeFiles,
  })
  .map(defined) as unknown as fc.Arbitrary<Outcome>;

const roundTrip = suite("random records survive being written and read");

function survives<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  encode: (record: T) => string,
  decode: (raw: unknown, record: T) => T,
  expected: (record: T) => T = (record) => record,
): void {
  roundTrip(name, async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (record) => {
        const written = encode(record);
        const decoded = decode(await readAnyYaml(written), record);
        same(decoded, expected(record));
        // Comments are not read, so only files without them come out as the same bytes.
        if (!written.includes(" # ")) assert.is(encode(decoded), written);
      }),
      { numRuns: repeats(200) },
    );
  });
}

survives("execution", anyExecution, executionYaml, (raw, { id }) => decodeExecution(raw, id));
survives("jobs", anySegment, jobsYaml, decodeJobs);
survives("outcome", anyOutcome, outcomeYaml, decodeOutcome);
survives("task", anyTask, taskYaml, (raw, { id }) => decodeTask(raw, id));
survives("tags", anyEdits, tagsYaml, decodeTags, forgetful);

roundTrip.run();

function parent(digits: string, was: TagPair | null) {
  return { hash: digits.padEnd(40, "0"), was };
}

/** What a parent said is a comment: nobody reads it. */
function forgetful(given: TagEdits): TagEdits {
  return {
    ...given,
    edits: given.edits.map((edit) => ({
      tag: edit.tag,
      parents: edit.parents.map(({ hash }) => ({ hash, was: null })),
    })),
  };
}

function withoutResult({ result: _, ...rest }: Job): Omit<Job, "result"> {
  return rest;
}

/** Equal as records: as canonical YAML of all their parts, which knows 1 from 1.0. */
function same(actual: unknown, expected: unknown): void {
  assert.is(writeYaml(plainParts(actual)), writeYaml(plainParts(expected)));
}

/** Maps of a record, whose order counts, as lists of pairs. */
function plainParts(part: unknown): unknown {
  if (part instanceof Map)
    return ["map", ...[...part].map(([key, item]) => [key, plainParts(item)])];
  if (Array.isArray(part)) return part.map(plainParts);
  if (typeof part !== "object" || part === null) return part;
  if (!isPlainObject(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, plainParts(item)]));
}
