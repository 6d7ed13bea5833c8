import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Io } from "../../cli/io.ts";
import { page, pageInPieces } from "../../cli/text/pager.ts";

/** A terminal of two lines: what is written to it, and the status that ended the process. */
function terminal() {
  const seen = { text: "", status: null as number | null };
  const stdout = {
    isTTY: true,
    rows: 2,
    write: (text: string, taken?: () => void) => {
      seen.text += text;
      queueMicrotask(() => taken?.());
      return true;
    },
  };
  const exit = (status: number) => {
    seen.status = status;
  };
  const onInterrupt = (listener: () => void) => {
    process.on("SIGINT", listener);
    return () => void process.off("SIGINT", listener);
  };
  const { env } = process;
  const io = { stdout, env, cwd: process.cwd(), onInterrupt, exit } as unknown as Io;
  return { io, seen };
}

const PIECES = [0, 1, 2, 3].map((n) => `${n}\n`.repeat(50_000));

async function* pieces(): AsyncGenerator<string> {
  yield* PIECES;
}

const LONG = "line\n".repeat(50_000);
const pager = suite("a pager");

pager("that cannot be started loses nothing", async () => {
  const one = terminal();
  await page(one.io, LONG, "no-such-pager-here 2>/dev/null");
  assert.is(one.seen.text, LONG);
  const many = terminal();
  await pageInPieces(many.io, LONG, pieces(), "no-such-pager-here 2>/dev/null");
  assert.is(many.seen.text, LONG + PIECES.join(""));
});

pager("that quits before the end is enough", async () => {
  const { io, seen } = terminal();
  await pageInPieces(io, LONG, pieces(), "exec head -1 >/dev/null");
  assert.equal(seen, { text: "", status: null });
});

pager("gets Ctrl-C to itself, and one that it ends ends the command", async () => {
  const { io, seen } = terminal();
  const shown = page(io, LONG, "exec 0<&-; sleep 1; exit 0");
  await sleep(100);
  process.kill(process.pid, "SIGINT");
  await shown;
  assert.is(seen.status, null);
  await page(io, LONG, "kill -INT $$");
  assert.is(seen.status, 130);
});

pager.run();
