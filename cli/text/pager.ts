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

/** As `page`, of a text that is too long for one string: its beginning, and what follows that. */
export async function pageInPieces(
  io: Io,
  beginning: string,
  rest: AsyncIterable<string>,
  pager: string | null,
): Promise<void> {
  const { stdout } = io;
  if (stdout.isTTY && pager !== null) return throughPager(pager, io, beginning, rest);
  await write(stdout, beginning);
  for await (const piece of rest) await write(stdout, piece);
}

async function* none(): AsyncGenerator<string> {}

async function throughPager(
  pager: string,
  { stdout, env, cwd }: Io,
  beginning: string,
  rest: AsyncIterable<string>,
): Promise<void> {
  // Takes longer to load than a short answer to print.
  const { spawn } = await import("node:child_process");
  await new Promise<void>((done, fail) => {
    const child = spawn(pager, {
      shell: true,
      cwd,
      stdio: ["pipe", "inherit", "inherit"],
      env: { LESS: "FRX", LV: "-c", ...env },
    });
    child.on("error", () => write(stdout, beginning).then(done, fail));
    let written: Promise<void> | undefined;
    child.on("close", () => (written ?? Promise.resolve()).then(done, fail));
    // The reader may quit before the end.
    let hasQuit = false;
    child.stdin.on("error", () => {
      hasQuit = true;
    });
    const take = (text: string) =>
      new Promise<void>((taken) => child.stdin.write(text, () => taken()));
    const all = async () => {
      await take(beginning);
      for await (const piece of rest) {
        if (hasQuit) return;
        await take(piece);
      }
      child.stdin.end();
    };
    written = all();
    written.catch(() => child.stdin.end());
  });
}

/** The pager as git chooses it; null where there is none, or a terminal that can do nothing. */
export function pagerOf(env: NodeJS.ProcessEnv, corePager?: string): string | null {
  const pager = env.GIT_PAGER ?? corePager ?? env.PAGER ?? "less";
  return env.TERM === "dumb" || pager === "" || pager === "cat" ? null : pager;
}
