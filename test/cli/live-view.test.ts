import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LiveView } from "../../cli/progress/live-view.ts";
import type { Snapshot } from "../../cli/progress/snapshot.ts";
import { snapshotOf } from "../../cli/progress/snapshot.ts";
import { StatusArea } from "../../cli/progress/status-area.ts";
import type { LiveJob } from "../../src/engine/live-job.ts";
import fc from "../support/property.ts";
import { Terminal } from "../support/terminal.ts";

const plain = (_style: unknown, text: string) => text;
const coloured = (_style: unknown, text: string) => `\x1b[32m${text}\x1b[39m`;
const snapshot = (given: Partial<Snapshot>): Snapshot => ({
  elapsed: 0,
  counts: {},
  slowest: [],
  hashing: [],
  ...given,
});

const view = suite("live view");

view("sums up the jobs, and names what runs for longest and what is hashed", () => {
  const drawn = new LiveView(plain);
  assert.equal(drawn.lines(0, 80, 9), []);
  drawn.take(
    snapshot({
      elapsed: 4_000,
      counts: { DONE: 1204, RUNNING: 3, FAILED: 2, CACHED: 17 },
      slowest: [{ text: "align(sample='a')", for: 65_000 }],
      hashing: [{ text: "big.bin (1000 MB)", for: 900 }],
    }),
    10_000,
  );
  assert.equal(drawn.lines(10_200, 80, 9), [
    "[redun] 2 failed  3 running  17 cached  1,204 done  306/s  4s",
    "   1m05s  align(sample='a')",
    "      1s  Hash big.bin (1000 MB)",
  ]);
  assert.is(drawn.lines(10_200, 80, 2).length, 2);
});

view("its clocks go on while the run says nothing, and it says why", () => {
  const drawn = new LiveView(plain);
  drawn.take(
    snapshot({ elapsed: 500, counts: { RUNNING: 1 }, slowest: [{ text: "spin()", for: 400 }] }),
    0,
  );
  assert.equal(drawn.lines(62_600, 80, 9), [
    "[redun] 1 running  1m03s  event loop busy for 1m02s",
    "   1m03s  spin()",
  ]);
});

view("the rate is that of the last seconds", () => {
  const drawn = new LiveView(plain);
  const at = (elapsed: number, DONE: number) => {
    drawn.take(snapshot({ elapsed, counts: { DONE, RUNNING: 1 } }), elapsed);
    return drawn.lines(elapsed, 80, 1)[0]!;
  };
  assert.match(at(500, 100), "  200/s  ");
  for (let second = 1; second <= 20; second++) at(second * 1000, 100 + second * 10);
  assert.match(at(21_000, 310), "  10/s  ");
  for (let second = 22; second <= 40; second++) at(second * 1000, 310);
  // None at all for a while.
  assert.not.match(at(41_000, 310), /\/s|\/min/);
  assert.match(at(42_000, 311), "  12/min  ");
});

view("says that only the record is left to be written", () => {
  const drawn = new LiveView(plain);
  drawn.take(snapshot({ elapsed: 9_000, counts: { DONE: 9 } }), 0);
  assert.equal(drawn.lines(0, 80, 9), ["[redun] 9 done  1/s  9s  recording"]);
});

view("no line is wider than the terminal, and nothing in it acts on that", () => {
  const drawn = new LiveView(coloured);
  drawn.take(
    snapshot({
      elapsed: 9_000,
      counts: { DONE: 123_456, RUNNING: 1 },
      slowest: [{ text: `evil('\x1b[2J\n${"x".repeat(200)}')`, for: 1 }],
    }),
    0,
  );
  for (const columns of [20, 40, 200]) {
    const [sum, job] = drawn.lines(0, columns, 9).map((line) => line.replace(/\x1b\[3[29]m/g, ""));
    assert.ok(sum!.length <= columns, sum);
    assert.ok(job!.length <= columns, job);
    assert.not.match(job!, /[\x00-\x1f]/);
  }
});

view("a snapshot has the oldest jobs that wait for no other job", () => {
  const job = (name: string, started: number, calls: LiveJob["calls"]) =>
    ({
      task: { fullName: name, source: { parameters: [] } },
      args: [],
      started: new Date(started),
      calls,
    }) as unknown as LiveJob;
  const running = new Set([
    job("main", 0, ["done", null]),
    job("alone", 100, null),
    job("after", 200, ["done"]),
    ...Array.from({ length: 10 }, (_, at) => job(`n${at}`, 300 + at, null)),
  ]);
  const counts = [
    { task: "a", status: "RUNNING", count: 3 },
    { task: "b", status: "RUNNING", count: 2 },
    { task: "b", status: "DONE", count: 1 },
  ] as const;
  const taken = snapshotOf(
    { counts: [...counts], running, stateOf: () => undefined },
    { elapsed: 1, hashing: [], now: 1000 },
  );
  assert.equal(taken.counts, { RUNNING: 5, DONE: 1 });
  assert.equal(
    taken.slowest.map(({ text, for: time }) => [text, time]),
    [
      ["alone()", 900],
      ["after()", 800],
      ["n0()", 700],
      ["n1()", 699],
      ["n2()", 698],
    ],
  );
});

view("stays below whatever is written, and leaves nothing behind", () => {
  const terminal = new Terminal(40, 9);
  const area = new StatusArea(terminal);
  assert.is(area.room, 3);
  for (let at = 0; at < 4; at++) terminal.write(`line ${at}\r\n`);
  area.show(["sum", "one"]);
  assert.equal(
    terminal.screen,
    [..."0123"].map((at) => `line ${at}`).concat("", "", "", "sum", "one"),
  );
  for (let at = 4; at < 9; at++) terminal.write(`line ${at}\r\n`);
  area.show(["sum", "one", "two"]);
  assert.equal(terminal.screen, [
    "line 4",
    "line 5",
    "line 6",
    "line 7",
    "line 8",
    "",
    "sum",
    "one",
    "two",
  ]);
  // It does not jump when there is less to show.
  area.show(["sum"]);
  assert.equal(terminal.screen.slice(5), ["", "sum"]);
  terminal.write("no line end");
  area.show(["sum", "three"]);
  terminal.write(" yet\r\n");
  area.close();
  terminal.write("$ ");
  assert.equal(terminal.text, [
    ...Array.from({ length: 9 }, (_, at) => `line ${at}`),
    "no line end yet",
    "$",
  ]);
});

view("leaves nothing of itself where it stood before the terminal was resized", () => {
  const terminal = new Terminal(40, 9);
  const area = new StatusArea(terminal);
  terminal.write("text\r\n");
  area.show(["sum", "one"]);
  terminal.resize(40, 12);
  area.show(["sum", "one"]);
  assert.equal(terminal.screen, ["text", ...Array(9).fill(""), "sum", "one"]);
});

view("writes nothing where nothing has changed", () => {
  const terminal = new Terminal(40, 9);
  const area = new StatusArea(terminal);
  area.close();
  area.show([]);
  assert.is(terminal.written, "");
  area.show(["sum"]);
  const { written } = terminal;
  area.show(["sum"]);
  assert.is(terminal.written, written);
});

view(
  "whatever is written, shown and resized, in any order: all text is there, and only that",
  () => {
    const step = fc.oneof(
      fc.record({ write: fc.stringMatching(/^[a-z ]{0,10}$/), ends: fc.boolean() }),
      fc.record({ show: fc.array(fc.stringMatching(/^=[A-Z]{0,60}$/), { maxLength: 5 }) }),
      fc.record({
        columns: fc.integer({ min: 32, max: 60 }),
        rows: fc.integer({ min: 6, max: 20 }),
      }),
      fc.constant("close" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const terminal = new Terminal(40, 12);
        const area = new StatusArea(terminal);
        const expected = [""];
        for (const one of steps) {
          if (one === "close") area.close();
          else if ("show" in one) {
            const lines = one.show.slice(0, area.room);
            area.show(lines);
            const shown = lines.map((line) => line.slice(0, terminal.columns));
            assert.ok(shown.every((line) => terminal.screen.includes(line)));
          } else if ("rows" in one) {
            terminal.resize(one.columns, one.rows);
            // As it comes within a quarter of a second.
            area.show(["=SUM"]);
          } else {
            const line = expected.pop()! + one.write;
            // No line is so long that a terminal would wrap it: what becomes of those is its own affair.
            const ends = one.ends || line.length > 20;
            terminal.write(`${one.write}${ends ? "\r\n" : ""}`);
            expected.push(line, ...(ends ? [""] : []));
          }
        }
        area.close();
        const all = expected.map((line) => line.trimEnd());
        while (all.at(-1) === "") all.pop();
        const text = [...terminal.text];
        while (text.at(-1) === "") text.pop();
        assert.equal(text, all);
      }),
    );
  },
);

view.run();
