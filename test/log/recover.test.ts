/**
 * A run is cut off at every single moment at which something of it reaches the disk or the log, and
 * so is its recovery. What was reported as finished must be in the log afterwards, once.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { task } from "../../src/api.ts";
import { Recorder } from "../../src/engine/recorder.ts";
import { type LiveJob, Run } from "../../src/engine/run.ts";
import { RedunError } from "../../src/errors.ts";
import type { Append } from "../../src/git/backend.ts";
import { thisProcess } from "../../src/git/files/owner.ts";
import { INITIAL_NAMESPACE } from "../../src/git/files/process-within.ts";
import { JOURNAL_FOLDER, Journal } from "../../src/log/journal.ts";
import { encodeLine, type JournalLine } from "../../src/log/journal-lines.ts";
import { Log } from "../../src/log/log.ts";
import { PendingRun } from "../../src/log/pending.ts";
import { type Recovery, recoverRun, recoverRuns } from "../../src/log/recover.ts";
import { decodeJobs, decodeOutcome } from "../../src/record/decode.ts";
import { executionYaml } from "../../src/record/encode.ts";
import { executionPath, parsePath } from "../../src/record/layout.ts";
import { blobId } from "../../src/value/oid.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { MemoryBackend } from "../support/memory-backend.ts";
import { temporaryFolder } from "../support/repository.ts";

const STARTED = "2026-11-22T14:29:09.294Z";
const RECORD = executionYaml({
  task: "main",
  argv: ["run"],
  started: STARTED,
  user: "ann",
  host: "here",
  code: {},
  tags: [],
  nonce: "00",
});
const EXECUTION = blobId(RECORD);
const HEAD = {
  execution: EXECUTION,
  started: STARTED,
  title: "run main",
  ref: "refs/redun/main",
  record: RECORD,
};

/** A log in memory beside a real folder for journals. */
class World extends MemoryBackend {
  readonly messages: string[] = [];
  readonly log: Log = new Log(this, "refs/redun/main", null);
  readonly journals: string;
  /** Called before a commit; may throw. */
  beforeAppend: () => void = () => {};

  constructor() {
    super();
    const commonDir = temporaryFolder().dir;
    Object.assign(this, { repository: { ...this.repository, gitDir: commonDir, commonDir } });
    this.journals = join(commonDir, JOURNAL_FOLDER);
  }

  override async append(request: Append): Promise<string> {
    this.beforeAppend();
    this.messages.push(request.message.split("\n", 1)[0]!);
    return super.append(request);
  }

  /** What the log holds of the run. */
  async holds() {
    const ended = new Set<number>();
    const found = { jobs: [] as number[], ended, statuses: [] as string[], hasStart: false };
    const tip = await this.resolve();
    if (tip === null) return found;
    for await (const { path } of this.changes(null, tip)) {
      const text = Buffer.from((await this.readPath(tip, path))!).toString();
      const place = parsePath(path)?.kind;
      if (place === "execution") found.hasStart = path === executionPath(EXECUTION, STARTED);
      if (place === "outcome") found.statuses.push(decodeOutcome(readYaml(text)).status);
      if (place !== "jobs") continue;
      for (const job of decodeJobs(readYaml(text)).jobs) {
        found.jobs.push(job.index);
        if (job.ended !== null) ended.add(job.index);
      }
    }
    found.jobs.sort((a, b) => a - b);
    return found;
  }
}

const echo = task({ name: "echo" }, (n: number) => n);
const main = task({ name: "main" }, async () => {
  const first = await Promise.all([1, 2, 3, 4, 5].map((n) => echo(n)));
  await new Promise((done) => setTimeout(done, 2));
  return [first, [6, 7, 8, 9].map((n) => echo(n))];
});

/** Runs `main` as the scheduler does, with checkpoints after every 3 jobs. */
async function run(
  world: World,
  jobEnded: (job: LiveJob) => void,
  jobRuns: (job: LiveJob) => void = () => {},
): Promise<void> {
  const segment = { items: 2, bytes: 1e6 };
  const journal = Journal.create(world.repository.commonDir, HEAD, segment);
  const pending = new PendingRun(EXECUTION, STARTED, "sha1", undefined, segment);
  pending.add({ file: { path: executionPath(EXECUTION, STARTED), text: RECORD } });
  const recorder = new Recorder({
    log: world.log,
    journal,
    pending,
    execution: EXECUTION,
    title: HEAD.title,
    onNotice: () => {},
    onCommit: async () => {},
    checkpoint: { jobs: 3, bytes: 1e6 },
  });
  const run = new Run(EXECUTION, "sha1", [recorder, { jobRuns, jobEnded }]);
  await run.resolve(main(), null);
  await recorder.finish({ status: "DONE", ended: new Date().toISOString() }, []);
}

/** Names of the calls that change something on a disk. */
const CHANGES = [
  "writeSync",
  "openSync",
  "renameSync",
  "rmSync",
  "linkSync",
  "ftruncateSync",
] as const;

/**
 * Runs `body`, in whose `moment`th change of the disk or of the log the power goes off: half of a
 * write arrives, and nothing that comes later. `isOff` tells. Returns whether it went off at all.
 */
async function withPowerCut(
  world: World,
  moment: number,
  body: (isOff: () => boolean) => Promise<void>,
): Promise<boolean> {
  let count = 0;
  const real = Object.fromEntries(CHANGES.map((name) => [name, fs[name]]));
  for (const name of CHANGES) {
    // biome-ignore lint/suspicious/noExplicitAny: any of six functions
    (fs as any)[name] = (...args: any[]) => {
      const isChange = name !== "openSync" || /[wax+]/.test(args[1]);
      const now = isChange ? ++count : count;
      // biome-ignore lint/suspicious/noExplicitAny: any of six functions
      const call = real[name] as any;
      if (!isChange || now < moment) return call(...args);
      if (name === "openSync") return call("/dev/null", "w");
      if (name !== "writeSync") return undefined;
      const rest = args[1].length - (args[2] ?? 0);
      if (now === moment) call(args[0], args[1], args[2] ?? 0, Math.floor(rest / 2));
      return rest;
    };
  }
  syncBuiltinESMExports();
  world.beforeAppend = () => {
    if (++count >= moment) throw new RedunError("REPOSITORY_UNWRITABLE", "no power");
  };
  try {
    await body(() => count >= moment);
  } catch (error) {
    if (count < moment) throw error;
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
    world.beforeAppend = () => {};
  }
  return count >= moment;
}

/** As if the process had ended: its journal is another's, one that is dead. */
function bury(world: World): void {
  for (const name of fs.existsSync(world.journals) ? fs.readdirSync(world.journals) : []) {
    const path = join(world.journals, name);
    if (name.endsWith(".journal")) fs.renameSync(path, path.replace(/journal$/, "left"));
    // The lock of a process that is gone.
    else if (name.endsWith(".lock")) fs.rmSync(path);
  }
}

const kills = suite("power cut");

kills("of a run, at every moment: nothing that began or ended is lost or doubled", async () => {
  let moments = 0;
  let ends = 0;
  for (let moment = 2; ; moment++) {
    const world = new World();
    const begun: number[] = [];
    const reported: number[] = [];
    const wentOff = await withPowerCut(world, moment, (isOff) => {
      const reportTo =
        (list: number[]) =>
        ({ index }: LiveJob) => {
          if (!isOff()) list.push(index);
        };
      return run(world, reportTo(reported), reportTo(begun));
    });
    bury(world);
    const { recovered, waiting } = await recoverRuns(world.log);
    if (!wentOff) {
      assert.equal([recovered, waiting], [[], []]);
      break;
    }
    moments++;
    assert.equal(waiting, [], `moment ${moment}`);
    const { jobs, ended, statuses, hasStart } = await world.holds();
    assert.ok(hasStart, `moment ${moment}`);
    assert.equal(new Set(jobs).size, jobs.length, `moment ${moment}: ${jobs}`);
    for (const index of begun) assert.ok(jobs.includes(index), `moment ${moment}: ${index}`);
    for (const index of reported) assert.ok(ended.has(index), `moment ${moment}: ${index}`);
    assert.is(statuses.length, 1, `moment ${moment}`);
    // Whoever has its end in the journal has ended so.
    assert.match(world.messages.at(-1)!, new RegExp(`\\[${statuses[0]}\\] ${jobs.length} jobs?$`));
    if (statuses[0] === "DONE") ends++;
    assert.equal(fs.readdirSync(world.journals), []);
  }
  assert.ok(moments > 20, `${moments} moments`);
  assert.ok(ends >= 2, `${ends} ends`);
});

kills("of a recovery, at every moment, any number of times: the same commits", async () => {
  const world = new World();
  const reported: number[] = [];
  await withPowerCut(world, 17, (isOff) =>
    run(world, ({ index }) => {
      if (!isOff()) reported.push(index);
    }),
  );
  bury(world);
  let tries = 0;
  let last: Recovery | undefined;
  for (let moment = 1; ; moment++) {
    const wentOff = await withPowerCut(world, moment, async () => {
      last = await recoverRuns(world.log);
    });
    bury(world);
    for (const name of fs.readdirSync(world.journals)) assert.ok(name.length < 70, name);
    if (!wentOff) break;
    tries++;
  }
  assert.ok(tries > 4, `${tries} tries`);
  const { jobs, statuses } = await world.holds();
  assert.equal(statuses, ["INTERRUPTED"]);
  assert.equal(new Set(jobs).size, jobs.length);
  for (const index of reported) assert.ok(jobs.includes(index));
  assert.equal(last!.waiting, []);
  assert.is(world.messages.filter((message) => message.includes("INTERRUPTED")).length, 1);
});

kills.run();

const owners = suite("owner of a journal");

/** A journal of a run whose process is `owner`, with more in its head. */
function journalOf(owner: object, more: object = {}): World {
  const world = new World();
  fs.mkdirSync(world.journals, { recursive: true });
  const before = { jobs: 0, lastEnd: null };
  const segment = { items: 5, bytes: 1e6 };
  const head = { ...HEAD, before, segment, owner: { ...thisProcess(), ...owner } };
  const begin = { begin: { ...head, ...more } };
  const lines = [begin, begin, { tagged: TAGGED }] as JournalLine[];
  const path = join(world.journals, `${EXECUTION}.0.journal`);
  fs.writeFileSync(path, Buffer.concat(lines.map((line, n) => encodeLine(n, line))));
  return world;
}

const TAGGED = `  - Execution: ${EXECUTION}\n    tags:\n      - a: 1\n`;

/** What becomes of it: `recovered`, `alive`, or why nobody knows. */
async function fate(owner: object): Promise<string> {
  const world = journalOf(owner);
  const { recovered, waiting } = await recoverRuns(world.log);
  if (recovered.length === 1) return "recovered";
  return waiting.length === 0 ? "alive" : waiting[0]!.run.fate.why;
}

const { boot, namespace, started } = thisProcess();
const NOBODY = 2 ** 22 + 1;

owners("a process of this machine that runs is left alone", async () => {
  assert.is(await fate({}), "alive");
});

owners("one that has ended is recovered, whatever the machine is called by now", async () => {
  assert.is(await fate({ pid: NOBODY }), "recovered");
  if (boot) assert.is(await fate({ pid: NOBODY, host: "old-name", machine: "0" }), "recovered");
});

owners("a process id that is another's by now is that of a dead one", async () => {
  if (started) assert.is(await fate({ started: "17" }), "recovered");
});

owners("of a container that is gone it is dead, for who sees that it is", async () => {
  if (!namespace) return;
  for (const pid of [process.pid, NOBODY]) {
    const found = await fate({ pid, namespace: "4026530000" });
    if (namespace === INITIAL_NAMESPACE) assert.is(found, "recovered");
    else assert.match(found, /another container/);
  }
});

owners("the runs of another machine of the same name are unknown", async () => {
  const elsewhere = { boot: "0123456789ab", machine: "0123456789ab", pid: NOBODY };
  assert.match(await fate(elsewhere), /container, or before the last boot/);
  assert.match(await fate({ ...elsewhere, host: "build-7" }), /build-7/);
});

owners(
  "before the last boot of this machine everything is dead; a container's boot tells nothing",
  async () => {
    const isOutside = namespace === INITIAL_NAMESPACE;
    const earlier = await fate({ boot: "0123456789ab" });
    if (isOutside) assert.is(earlier, "recovered");
    else assert.match(earlier, /before the last boot/);
    assert.match(await fate({ boot: "0123456789ab", namespace: "4026530000" }), /last boot/);
  },
);

owners.run();

const troubles = suite("recovery");

troubles("that fails a hundred times leaves a journal of the same name", async () => {
  const world = journalOf({ pid: NOBODY });
  const names = fs.readdirSync(world.journals);
  world.beforeAppend = () => {
    throw new RedunError("REPOSITORY_UNWRITABLE", "The disk is full.");
  };
  for (let tries = 0; tries < 100; tries++) {
    const { recovered, waiting } = await recoverRuns(world.log);
    assert.equal(recovered, []);
    assert.is(waiting[0]!.error!.message, "The disk is full.");
    assert.equal(fs.readdirSync(world.journals), names);
  }
  world.beforeAppend = () => {};
  assert.is((await recoverRuns(world.log)).recovered.length, 1);
  assert.equal(fs.readdirSync(world.journals), []);
});

troubles("says how many lines are lost, and commits the others", async () => {
  const world = journalOf({ pid: NOBODY });
  const path = join(world.journals, `${EXECUTION}.0.journal`);
  const lines = [3, 4, 5, 6].map((n) => encodeLine(n, { tagged: TAGGED.replace("1", `${n}`) }));
  lines[1]![30]! ^= 1;
  lines[2] = Buffer.alloc(0);
  fs.appendFileSync(path, Buffer.concat([...lines, Buffer.from("\x1e7 100 ")]));
  let told = 0;
  const { recovered } = await recoverRuns(world.log, () => told++);
  assert.is(recovered[0]!.lost, 3);
  assert.is(told, 3);
});

troubles(
  "of a journal without a readable beginning is refused in a sentence, and loses nothing",
  async () => {
    const world = journalOf({ pid: NOBODY });
    const path = join(world.journals, `${EXECUTION}.0.journal`);
    fs.writeFileSync(path, fs.readFileSync(path).subarray(50));
    fs.truncateSync(path, 400);
    const { recovered, waiting } = await recoverRuns(world.log);
    assert.equal(recovered, []);
    assert.is(waiting[0]!.run.fate.why, "its beginning is damaged");
    assert.ok(fs.existsSync(path));
  },
);

troubles("of a newer redun-git's journal is refused, and not one byte of it changes", async () => {
  for (const suffix of ["journal", "left"]) {
    const world = journalOf({ pid: NOBODY }, { version: 2, record: { of: "another shape" } });
    const [name] = fs.readdirSync(world.journals);
    const path = join(world.journals, name!.replace(/journal$/, suffix));
    fs.renameSync(join(world.journals, name!), path);
    const bytes = fs.readFileSync(path);
    const { recovered, waiting } = await recoverRuns(world.log);
    assert.equal(recovered, []);
    const { run, error } = waiting[0]!;
    assert.equal([run.head, run.newer, error], [null, 2, null]);
    assert.match(run.fate.why, /newer redun-git wrote its journal \(version 2\)/);
    const refused = await recoverRun(world.log, run).catch((error) => error);
    assert.is(refused.code, "FORMAT_TOO_NEW");
    assert.match(refused.message, /has version 2; this redun-git reads version 1/);
    assert.equal(fs.readFileSync(path), bytes);
    assert.equal(world.messages, []);
  }
});

troubles("takes a head without a version, and one of version 1, for the same", async () => {
  for (const more of [{}, { version: 1 }]) {
    const { recovered, waiting } = await recoverRuns(journalOf({ pid: NOBODY }, more).log);
    assert.equal([recovered.length, waiting], [1, []]);
  }
});

troubles.run();
