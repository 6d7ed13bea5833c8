/** What was removed stays away, whoever still has it and in whatever order clones exchange their logs. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GitBackend, Oid } from "../../src/git/backend.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { openDatabase } from "../../src/index/database.ts";
import { IndexReader } from "../../src/index/reader.ts";
import { updateIndex } from "../../src/index/update.ts";
import { forget } from "../../src/log/forget.ts";
import { Log, type RecordFile } from "../../src/log/log.ts";
import { mergeLogs } from "../../src/log/merge.ts";
import { jobId } from "../../src/record/encode.ts";
import { executionPath } from "../../src/record/layout.ts";
import type { Redaction, Tombstone } from "../../src/record/records.ts";
import { verifyLog } from "../../src/verify/verify.ts";
import { repeats } from "../support/effort.ts";
import {
  DAY,
  jobsFile,
  madeJob,
  madeStart,
  madeTagEdit,
  outcomeFile,
  startFile,
} from "../support/made-records.ts";
import fc from "../support/property.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const CLONES = 3;
/** Each stands in one place of each run, and is guessed by nobody. */
const WORDS = ["argument-a", "argument-b", "result-c", "word-d", "tag-e", "edit-f"] as const;

interface Run {
  readonly id: string;
  readonly job: string;
  readonly files: readonly RecordFile[];
}

function runWithSecrets(number: number): Run {
  const argv = ["run", "--d", `word-d${number}`];
  const { id, file } = startFile(
    madeStart({ argv, nonce: `${number}`, tags: [["e", `tag-e${number}`]] }),
  );
  const job = jobId(id, 0, "sha1");
  const args = new Map([
    ["a", `argument-a${number}`],
    ["b", `argument-b${number}`],
  ]);
  const made = madeJob({ id: job, index: 0, args, result: `result-c${number}` });
  const segment = { execution: id, jobs: [{ ...made, call: null, ended: null }], tagged: [] };
  const outcome = { execution: id, status: "DONE", ended: DAY } as const;
  return { id, job, files: [file, jobsFile(DAY, segment), outcomeFile(DAY, outcome)] };
}

/** Where the nth word of a run stands. */
function placeOf({ id, job }: Run, word: number): Redaction {
  const execution = id;
  const places: readonly Redaction[] = [
    { execution, job, part: "args", name: "a" },
    { execution, job, part: "args", name: "b" },
    { execution, job, part: "result" },
    { execution, part: "argv", name: "2" },
    { execution, part: "tag", name: "e" },
    { execution, part: "tag", name: "f" },
  ];
  return places[word % places.length]!;
}

function tombstone(more: Partial<Tombstone>): Tombstone {
  const by = "Ann <ann@example.com>";
  return { by, at: DAY, redacted: [], removed: [], values: [], unused: [], ...more };
}

class World {
  readonly repo: TemporaryRepository = temporaryRepository();
  readonly logs: Log[] = [];
  readonly sent: Oid[] = [];
  readonly runs: Run[] = [];
  readonly #backends: GitBackend[];

  constructor() {
    const repository = findRepository(this.repo.dir);
    this.#backends = [openNative(repository), openIsomorphic(repository)];
    for (let at = 0; at < CLONES; at++) {
      this.logs.push(new Log(this.#backends[at % 2]!, `refs/redun/clone${at}`));
    }
  }

  async close(): Promise<void> {
    for (const backend of this.#backends) await backend.close();
    this.repo.remove();
  }

  async append(log: Log, files: readonly RecordFile[]): Promise<void> {
    this.sent.push((await log.append(files, "some\n")).after);
  }

  async forget(log: Log, what: Partial<Tombstone>): Promise<void> {
    const done = await forget(log, tombstone(what), "forget\n");
    if (done) this.sent.push(done.after);
  }

  async pull(log: Log, commit: Oid): Promise<void> {
    this.sent.push((await mergeLogs(log, { commit, name: "theirs" })).after);
  }

  /** Every clone hears of all others. */
  async round(): Promise<void> {
    for (const log of this.logs) {
      for (const other of this.logs) {
        const head = await other.tip();
        if (head !== null && other !== log) await this.pull(log, head);
      }
    }
  }

  /** All that the files of a clone say. */
  async text(log: Log): Promise<string> {
    const { git } = this.repo;
    const tip = await log.tip();
    const paths = tip === null ? "" : git("ls-tree", "-r", "--name-only", tip);
    const texts = paths
      .split("\n")
      .filter(Boolean)
      .map((path) => git("show", `${tip}:${path}`));
    return [paths, ...texts].join("\n");
  }
}

const step = fc.record({
  kind: fc.constantFrom("run", "tag", "redact", "remove", "pull", "pull"),
  clone: fc.nat(CLONES - 1),
  pick: fc.nat(),
});

/** What an attempt fails with. */
async function failure(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "nothing",
    (error: Error) => error.message,
  );
}

const test = suite("what was removed");

test("does not come back, and clones agree, in any order of all that may happen", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 14 }), async (script) => {
      const world = new World();
      const gone = new Set<string>();
      const removed = new Set<string>();
      try {
        for (const { kind, clone, pick } of script) {
          const log = world.logs[clone]!;
          const run = world.runs[pick % Math.max(1, world.runs.length)];
          if (kind === "run" || !run) {
            const made = runWithSecrets(world.runs.length);
            world.runs.push(made);
            await world.append(log, made.files);
          } else if (kind === "tag") {
            await world.append(log, [
              madeTagEdit(run.id, ["f", `edit-f${world.runs.indexOf(run)}`]),
            ]);
          } else if (kind === "redact" && (await log.tip()) !== null) {
            await world.forget(log, { redacted: [placeOf(run, pick)] });
            gone.add(`${WORDS[pick % WORDS.length]}${world.runs.indexOf(run)}`);
          } else if (kind === "remove" && (await log.tip()) !== null) {
            await world.forget(log, { removed: [run.id] });
            removed.add(run.id);
            for (const word of WORDS) gone.add(`${word}${world.runs.indexOf(run)}`);
          } else if (kind === "pull") {
            await world.pull(log, world.sent[pick % world.sent.length]!);
          }
        }
        await world.round();
        await world.round();
        const settled = await Promise.all(world.logs.map((log) => log.tip()));
        await world.round();
        for (const log of world.logs) assert.ok(settled.includes(await log.tip()), "a new commit");
        const trees = settled.map((head) => world.repo.git("rev-parse", `${head}^{tree}`));
        assert.equal(new Set(trees).size, 1, "one tree");
        const text = await world.text(world.logs[0]!);
        // A word ends where its line does: `word-d1` is not in `word-d12`.
        const words = new Set(text.split(/[\s"]+/));
        for (const word of gone) assert.not.ok(words.has(word), word);
        for (const { id } of world.runs) {
          const isThere = text.includes(executionPath(id, DAY));
          assert.is(isThere, !removed.has(id), "what was not removed is there");
        }
        const { problems } = await verifyLog(world.logs[0]!);
        assert.equal(problems, []);
      } finally {
        await world.close();
      }
    }),
    { numRuns: repeats(8) },
  );
});

test("is gone from the index that another clone had, and from its pages", async () => {
  const world = new World();
  try {
    const [ours, theirs] = world.logs as [Log, Log];
    const run = runWithSecrets(0);
    await world.append(ours, run.files);
    await world.pull(theirs, (await ours.tip())!);
    const database = await openDatabase(":memory:");
    await updateIndex(database, theirs, await theirs.tip());
    await world.forget(ours, { redacted: [0, 1, 2, 3, 4].map((word) => placeOf(run, word)) });
    await world.pull(theirs, (await ours.tip())!);
    assert.equal(await updateIndex(database, theirs, await theirs.tip()), []);
    const [row] = new IndexReader(database).search.executions({}, 10);
    assert.is(row!.id, run.id);
    assert.equal(row!.argv, ["run", "--d", "REDACTED"]);
    assert.equal(row!.tags, []);
  } finally {
    await world.close();
  }
});

test("of a start: an execution with the id of other content is believed by a tombstone alone", async () => {
  const world = new World();
  try {
    const [ours] = world.logs as [Log];
    const run = runWithSecrets(0);
    const forged = run.files[0]!.text.replace("version: 1\n", `version: 1\nid: ${run.id}\n`);
    await world.append(ours, [{ path: run.files[0]!.path, text: forged }]);
    const database = await openDatabase(":memory:");
    const bad = await updateIndex(database, ours, await ours.tip());
    assert.is(bad.length, 1);
    assert.match(bad[0]!.reason, /no tombstone says/);
    database.close();
    const other = world.logs[1]!;
    await world.append(other, runWithSecrets(1).files);
    assert.match(
      await failure(world.pull(other, (await ours.tip())!)),
      /LOG_CORRUPT|damaged or forged/,
    );
  } finally {
    await world.close();
  }
});

test("a forged rest of a redacted record is refused where the record is known", async () => {
  const world = new World();
  try {
    const [ours, theirs] = world.logs as [Log, Log];
    const run = runWithSecrets(0);
    await world.append(ours, run.files);
    const start = run.files[0]!;
    const forged = start.text
      .replace("version: 1\n", `version: 1\nid: ${run.id}\n`)
      .replace("user: ann", "user: eve")
      .replace("word-d0", "REDACTED");
    await world.append(theirs, [{ path: start.path, text: forged }]);
    await world.forget(theirs, { redacted: [placeOf(run, 3)] });
    assert.match(await failure(world.pull(ours, (await theirs.tip())!)), /is not the same file/);
  } finally {
    await world.close();
  }
});

test("what still has it writes it no more: a run that goes on, a journal", async () => {
  const world = new World();
  try {
    const [log] = world.logs as [Log];
    const run = runWithSecrets(0);
    await world.append(log, run.files.slice(0, 1));
    await world.forget(log, { redacted: [placeOf(run, 0), placeOf(run, 3)] });
    const { isRedacted } = await log.append(run.files, "the rest\n");
    assert.is(isRedacted, true);
    const text = await world.text(log);
    assert.not.match(text, /argument-a0|word-d0/);
    assert.match(text, /argument-b0/);
    assert.match(text, /a: !redacted string/);
  } finally {
    await world.close();
  }
});

test.run();
