import type { Writable } from "node:stream";
import type { Io } from "../io.ts";
import { write } from "./output.ts";

/**
 * Writes to stdout; on a terminal, through a pager, if there is one, when the text is longer than the
 * screen.
 */
export async function page(io: Io, text: string, pager: string | null): Promise<void> {
  const { stdout } = io;
  const rows = stdout.rows ?? 24;
  const fits = text.split("\n").length <= rows;
  if (!stdout.isTTY || fits || pager === null) return write(stdout, text);
  await throughPager(pager, io, text, none());
}

/** As `page`, of a text that is too long for one string: its start, and what follows that. */
export async function pageInPieces(
  io: Io,
  start: string,
  rest: AsyncIterable<string>,
  pager: string | null,
): Promise<void> {
  const { stdout } = io;
  if (stdout.isTTY && pager !== null)
    return throughPager(pager, io, start, rest[Symbol.asyncIterator]());
  await write(stdout, start);
  for await (const piece of rest) await write(stdout, piece);
}

async function* none(): AsyncGenerator<string> {}

/** What a shell says of a program that it cannot start. */
const NOT_STARTED = [126, 127];

/** A pipe takes less, in characters, before its reader must read. */
const PIPE = 1 << 20;

async function throughPager(
  pager: string,
  io: Io,
  start: string,
  rest: AsyncIterator<string>,
): Promise<void> {
  // Takes longer to load than a short answer to print.
  const { spawn } = await import("node:child_process");
  // Ctrl-C is the pager's, as git has it: without us it would go on beside the shell's prompt.
  const leave = io.onInterrupt(() => {});
  try {
    const child = spawn(pager, {
      shell: true,
      cwd: io.cwd,
      stdio: ["pipe", "inherit", "inherit"],
      env: { LESS: "FRX", LV: "-c", ...io.env },
    });
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) => {
      child.on("error", () => done({ code: NOT_STARTED[0]!, signal: null }));
      child.on("close", (code, signal) => done({ code, signal }));
    });
    // Whatever becomes of the text, the pager has the terminal until it quits.
    const sent = await send(child.stdin, start, rest).finally(() => ended);
    const { code, signal } = await ended;
    if (NOT_STARTED.includes(code!)) await writeAll(io, sent, rest);
    if (signal === "SIGINT" || code === INTERRUPTED) io.exit(INTERRUPTED);
  } finally {
    leave();
    await rest.return?.();
  }
}

const INTERRUPTED = 128 + 2;

/** Writes until nothing is left, or the reader has quit. Returns what it may not have read. */
async function send(
  stdin: Writable,
  start: string,
  rest: AsyncIterator<string>,
): Promise<string[]> {
  let hasQuit = false;
  stdin.on("error", () => {
    hasQuit = true;
  });
  const sent: string[] = [];
  try {
    for (let text = start; ; ) {
      sent.push(text);
      await new Promise<void>((taken) => stdin.write(text, () => taken()));
      if (hasQuit) break;
      if (sent.reduce((sum, { length }) => sum + length, 0) > PIPE) sent.length = 0;
      const next = await rest.next();
      if (next.done) break;
      text = next.value;
    }
    return sent;
  } finally {
    stdin.end();
  }
}

async function writeAll(
  { stdout }: Io,
  sent: readonly string[],
  rest: AsyncIterator<string>,
): Promise<void> {
  for (const text of sent) await write(stdout, text);
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    await write(stdout, next.value);
  }
}

/** The pager as git chooses it; null where there is none, or a terminal that can do nothing. */
export function pagerOf(env: NodeJS.ProcessEnv, corePager?: string): string | null {
  const pager = env.GIT_PAGER ?? corePager ?? env.PAGER ?? "less";
  return env.TERM === "dumb" || pager === "" || pager === "cat" ? null : pager;
}
