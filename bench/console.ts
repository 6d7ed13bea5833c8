import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, median } from "./pairs.ts";
import type { Row } from "./table.ts";

const ROUNDS = 11;
/** Ends each drawing: see cli/console/screen-buffer.ts. */
const DRAWN = "\x1b[?2026l";
/** What is typed on the list of executions and on one of them: each is answered by a drawing. */
const KEYS = [
  ...["\x1b[B", "\x1b[6~", "G", "\x1b[5~", "g", "\t", "\x1b[B", "\t", "m", "\r"],
  ...["\x1b[B", "G", "\r", "?", "\x1b[B"],
];

/** The console on a terminal (`script` of util-linux): its first screen, and what it answers to keys. */
export async function consoleRows(cli: Command, folder: string, at: string): Promise<Row[]> {
  const isThere = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout;
  if (!isThere?.includes("util-linux")) return [];
  const first: number[] = [];
  const nothing: number[] = [];
  const keys: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const opened = await firstScreen([...cli, "console"], folder);
    const node = await toEnd([process.execPath, "-e", "0"], folder);
    // The first round warms the caches.
    if (round > 0) first.push(opened.time);
    if (round > 0) nothing.push(node);
    if (round % 4 === 1) keys.push(...(await keyTimes(opened.terminal)));
    await opened.terminal.end();
  }
  const goal = { beside: "the goal in ms", theirs: 50, goal: 1 };
  return [
    {
      work: `\`console\`, until its first screen, ${at}`,
      ours: median(first),
      beside: "`node -e 0` on a terminal",
      theirs: median(nothing),
      goal: 2.5,
    },
    { work: `\`console\`: a key, ${at}`, ours: median(keys), ...goal },
    {
      work: `\`console\`: the slowest of ${keys.length} keys, ${at}`,
      ours: Math.max(...keys),
      ...goal,
    },
  ];
}

async function firstScreen(words: readonly string[], folder: string) {
  const start = performance.now();
  const terminal = new Terminal(words, folder);
  await terminal.drawn("executions");
  return { terminal, time: performance.now() - start };
}

async function toEnd(words: readonly string[], folder: string): Promise<number> {
  const start = performance.now();
  await new Terminal(words, folder).ended;
  return performance.now() - start;
}

async function keyTimes(terminal: Terminal): Promise<number[]> {
  // What follows the first screen (facets, counts) has been drawn.
  await sleep(2000);
  const times: number[] = [];
  for (const key of KEYS) {
    const start = performance.now();
    const answered = terminal.drawn("");
    terminal.type(key);
    await answered;
    times.push(performance.now() - start);
    // A page that was opened reads on.
    await sleep(300);
  }
  return times;
}

/** A program on a terminal of 100 columns and 30 lines. */
class Terminal {
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #written = "";
  #listen: () => void = () => {};

  constructor(words: readonly string[], folder: string) {
    const command = `stty cols 100 rows 30; ${words.map((word) => `'${word}'`).join(" ")}`;
    const env = { ...process.env, TERM: "xterm-256color", SHELL: "/bin/sh" };
    this.#child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder, env });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#written += text;
      this.#listen();
    });
    this.ended = new Promise((done) => this.#child.on("close", () => done()));
  }

  /** Something is drawn that holds a text. */
  drawn(text: string): Promise<void> {
    this.#written = "";
    return new Promise((done) => {
      this.#listen = () => {
        const at = this.#written.indexOf(text);
        if (at >= 0 && this.#written.includes(DRAWN, at)) done();
      };
    });
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  async end(): Promise<void> {
    this.type("\x03");
    await this.ended;
  }
}
