import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { JOURNAL_FOLDER, Journal } from "../../src/log/journal.ts";
import {
  HEAD_LINES,
  isRecordLine,
  type RecordLine,
  readLines,
} from "../../src/log/journal-lines.ts";
import { contentOf, journaledRun, lastWritten } from "../../src/log/journals.ts";
import { PendingRun } from "../../src/log/pending.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { temporaryFolder } from "../support/repository.ts";

const EXECUTION = "0123456789abcdef0123456789abcdef01234567";
const STARTED = "2026-11-22T14:29:09.294Z";
const HEAD = {
  execution: EXECUTION,
  started: STARTED,
  title: "run main",
  ref: "refs/redun/main",
  record: "kind: execution\n",
};

/** What is read of the journal's files, one after the other. */
function content(dir: string): { lines: RecordLine[]; lost: number } {
  const lines: RecordLine[] = [];
  let lost = 0;
  for (const file of journaledRun(dir, EXECUTION)?.files ?? []) {
    for (const line of contentOf(file)) {
      if ("lost" in line) lost += line.lost;
      else if (isRecordLine(line)) lines.push(line);
    }
  }
  return { lines, lost };
}

function written(lines: readonly RecordLine[]): { dir: string; journal: Journal; path: string } {
  const { dir } = temporaryFolder();
  const journal = Journal.create(dir, HEAD);
  for (const line of lines) journal.write(line);
  return { dir, journal, path: join(dir, JOURNAL_FOLDER, `${EXECUTION}.0.journal`) };
}

const text = fc.string({ unit: "binary", maxLength: 60 });
const anyLine: fc.Arbitrary<RecordLine> = fc.oneof(
  fc.tuple(text, fc.nat()).map(([job, index]) => ({ job, index })),
  text.map((tagged) => ({ tagged })),
  fc.tuple(text, text).map(([path, text]) => ({ file: { path, text } })),
);
const someLines = fc.array(anyLine, { maxLength: 12 });

const lines = suite("lines of a journal");

lines("come back as they were written", () => {
  fc.assert(
    fc.property(someLines, (given) => {
      const { dir, journal } = written(given);
      assert.equal(content(dir), { lines: given, lost: 0 });
      assert.equal(lastWritten(journaledRun(dir, EXECUTION)!), given.at(-1) ?? lastHead(dir));
      journal.remove();
    }),
    { numRuns: repeats(50) },
  );
});

lines("longer than what is read at once come back", () => {
  const long = { job: "ö\x1e\n".repeat(1_000_000), index: 0 };
  const given = [{ tagged: "a" }, long, { tagged: "b" }];
  const { dir, journal } = written(given);
  assert.equal(content(dir), { lines: given, lost: 0 });
  journal.remove();
});

lines("that are damaged lose themselves only, and are counted", () => {
  const given = Array.from({ length: 4 }, (_, index) => ({ job: `job ${index}\n`, index }));
  const { journal, path } = written(given);
  const sound = fs.readFileSync(path);
  const starts = [...sound.keys()].filter((at) => sound[at] === 0x1e);
  for (let at = 0; at < sound.length; at++) {
    const lineNumber = starts.findLastIndex((start) => start <= at);
    for (const byte of [0, 0x0a, 0x1e, sound[at]! ^ 1]) {
      // A lone RS could be the beginning of a line: it counts as one.
      if (byte === sound[at] || (byte === 0x1e && sound[at] === 0x0a)) continue;
      const damaged = Buffer.from(sound);
      damaged[at] = byte;
      fs.writeFileSync(path, damaged);
      const found = [...readLines(path, 0)];
      const kept = found.filter((line) => "job" in line);
      const lost = found.reduce((sum, line) => sum + ("lost" in line ? line.lost : 0), 0);
      // The line end behind a line is not needed.
      const isEnd = sound[at] === 0x0a;
      const hit = lineNumber - HEAD_LINES;
      const expected = isEnd || hit < 0 ? given : given.filter(({ index }) => index !== hit);
      assert.equal(kept, expected, `byte ${at} is ${byte}`);
      assert.is(lost, given.length - expected.length, `byte ${at} is ${byte}`);
      assert.ok(
        found.some((line) => "begin" in line),
        "the head is there twice",
      );
    }
  }
  journal.remove();
});

lines("cut off anywhere lose what was cut only", () => {
  const given = Array.from({ length: 5 }, (_, index) => ({ job: `job ${index}\n`, index }));
  const { journal, path } = written(given);
  const sound = fs.readFileSync(path);
  const ends = [...sound.keys()].filter((at) => sound[at] === 0x0a);
  for (let size = sound.length - 1; size > ends[1]!; size--) {
    fs.writeFileSync(path, sound.subarray(0, size));
    const found = [...readLines(path, 0)];
    const whole = ends.filter((end) => end <= size).length - HEAD_LINES;
    assert.equal(
      found.filter((line) => "job" in line),
      given.slice(0, whole),
    );
    const isTorn = !ends.includes(size) && !ends.includes(size - 1);
    assert.is(
      found.some((line) => "lost" in line),
      isTorn,
      `${size} bytes`,
    );
  }
  journal.remove();
});

lines("behind a hole of 600 MiB, more than a text can hold, are read", () => {
  const given = [
    { job: "a", index: 0 },
    { job: "b", index: 1 },
  ];
  const { journal, path } = written(given);
  const sound = fs.readFileSync(path);
  const last = sound.lastIndexOf(0x1e);
  fs.writeFileSync(path, sound.subarray(0, last));
  fs.truncateSync(path, 600 * 2 ** 20);
  fs.appendFileSync(path, sound.subarray(last));
  assert.equal([...readLines(path, 0)].slice(HEAD_LINES), given);
  journal.remove();
});

lines.run();

const disk = suite("journal on a disk that fails");

type Write = (file: number, bytes: Buffer, at: number, length?: number) => number;

/** Lets writes go wrong: `write` gets each one, and how it would be done. */
function withWrites(
  write: (real: Write, file: number, bytes: Buffer, at: number) => number,
  body: () => void,
): void {
  const real = fs.writeSync;
  fs.writeSync = ((file: number, bytes: Buffer, at = 0) =>
    write(real, file, bytes, at ?? 0)) as typeof fs.writeSync;
  syncBuiltinESMExports();
  try {
    body();
  } finally {
    fs.writeSync = real;
    syncBuiltinESMExports();
  }
}

const noSpace = () =>
  Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });

disk("a short write is continued", () => {
  const given = Array.from({ length: 20 }, (_, index) => ({ job: "x".repeat(index * 7), index }));
  let dir = "";
  withWrites(
    (real, file, bytes, at) => real(file, bytes, at, Math.min(5, bytes.length - at)),
    () => {
      dir = written(given).dir;
    },
  );
  assert.equal(content(dir), { lines: given, lost: 0 });
});

disk("what finds no room waits in memory, and is written when there is some", () => {
  const { dir, journal } = written([{ tagged: "before" }]);
  let room = 10;
  withWrites(
    (real, file, bytes, at) => {
      if (room === 0) throw noSpace();
      const count = Math.min(room, bytes.length - at);
      room -= count;
      return real(file, bytes, at, count);
    },
    () => {
      for (let index = 0; index < 3; index++) journal.write({ job: `job ${index}`, index });
      assert.is(journal.unsaved, 3);
      assert.is(journal.problem!.code, "REPOSITORY_UNWRITABLE");
      assert.match(journal.problem!.message, /disk is full/);
      assert.equal(content(dir), { lines: [{ tagged: "before" }], lost: 0 });
      assert.throws(() => journal.rotate(pending()), /disk is full/);
    },
  );
  journal.write({ tagged: "after" });
  assert.is(journal.unsaved, 0);
  assert.is(journal.problem, null);
  const jobs = [0, 1, 2].map((index) => ({ job: `job ${index}`, index }));
  const expected = [{ tagged: "before" }, ...jobs, { tagged: "after" }];
  assert.equal(content(dir), { lines: expected, lost: 0 });
});

disk("the end of a run has room where its last jobs have none, and they are counted", () => {
  const { dir, journal } = written([{ tagged: "before" }]);
  const reserve = join(dir, JOURNAL_FOLDER, `${EXECUTION}.reserve`);
  assert.is(fs.statSync(reserve).size, 65_536);
  const end = { file: { path: "outcome", text: "DONE" } };
  withWrites(
    (real, file, bytes, at) => {
      if (fs.existsSync(reserve) || bytes.length > 1000) throw noSpace();
      return real(file, bytes, at);
    },
    () => {
      for (let index = 0; index < 3; index++) journal.write({ job: "x".repeat(30_000), index });
      journal.writeEnd(end);
    },
  );
  assert.is(journal.leave(), 3);
  assert.equal(content(dir), { lines: [{ tagged: "before" }, end], lost: 3 });
  assert.equal(lastWritten(journaledRun(dir, EXECUTION)!), end);
});

disk("a full disk is reported before anything is run, and leaves no file", () => {
  const { dir } = temporaryFolder();
  withWrites(
    () => {
      throw noSpace();
    },
    () => assert.throws(() => Journal.create(dir, HEAD), /cannot be recorded: The disk is full/),
  );
  assert.equal(fs.readdirSync(join(dir, JOURNAL_FOLDER)), []);
});

disk.run();

const files = suite("files of a journal");

function pending(): PendingRun {
  return new PendingRun(EXECUTION, STARTED, "sha1");
}

files("a checkpoint begins another, and deletes the earlier ones once it is committed", () => {
  const { dir, journal } = written([{ tagged: "a" }]);
  const names = () =>
    fs.readdirSync(join(dir, JOURNAL_FOLDER)).filter((name) => !name.endsWith(".reserve"));
  journal.rotate(pending());
  journal.write({ tagged: "b" });
  assert.is(names().length, 2);
  assert.equal(content(dir).lines, [{ tagged: "a" }, { tagged: "b" }]);
  journal.rotate(pending());
  journal.trim();
  journal.write({ tagged: "c" });
  assert.is(names().length, 1);
  assert.equal(content(dir), { lines: [{ tagged: "c" }], lost: 0 });
  journal.remove();
  assert.equal(fs.readdirSync(join(dir, JOURNAL_FOLDER)), []);
});

files("each begins with its version", () => {
  const { dir, journal } = written([]);
  journal.rotate(pending());
  for (const file of journaledRun(dir, EXECUTION)!.files) {
    const [head] = contentOf(file) as Iterable<{ begin: { version: number } }>;
    assert.is(head!.begin.version, 1);
  }
});

files("a run that goes on is alive; one that gave its journal up waits to be recorded", () => {
  const { dir, journal } = written([{ tagged: "a" }]);
  assert.is(journaledRun(dir, EXECUTION)!.fate.state, "alive");
  journal.rotate(pending());
  journal.leave();
  assert.is(journaledRun(dir, EXECUTION)!.fate.state, "dead");
  assert.equal(content(dir).lines, [{ tagged: "a" }]);
});

files("files with other names are not journals; an empty journal is just beginning", () => {
  const { dir } = temporaryFolder();
  const folder = join(dir, JOURNAL_FOLDER);
  fs.mkdirSync(folder, { recursive: true });
  for (const name of [`${EXECUTION}.0.journal`, `${EXECUTION}.lock`, "x.0.journal", "notes"]) {
    fs.writeFileSync(join(folder, name), "");
  }
  assert.is(journaledRun(dir, EXECUTION), undefined);
});

files.run();

function lastHead(dir: string) {
  return { begin: journaledRun(dir, EXECUTION)!.head };
}
