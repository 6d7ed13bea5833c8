import { styleText } from "node:util";
import { INVISIBLE } from "../../src/value/shown-text.ts";
import { write } from "./output.ts";

type Stream = NodeJS.WriteStream;
type Style = Parameters<typeof styleText>[0];

/** Whether a stream gets colours: a terminal does, unless NO_COLOR; FORCE_COLOR wins. */
export function hasColour(stream: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Gives a text a style. */
export type Paint = (style: Style, text: string) => string;

/** Styles for one stream; the identity where it has no colours. */
export function painter(stream: Stream): Paint {
  if (!hasColour(stream)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

const UNSAFE = new RegExp(`[\\x00-\\x08\\x0b-\\x1f${INVISIBLE}]`, "g");

/** Text from records made fit for a terminal: control characters become visible escapes. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (c) => {
    const code = c.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** As `visible`, on one line. */
export function oneLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/**
 * Writes to stdout; on a terminal, through the user's pager when the text is longer than the
 * screen.
 */
export async function page(text: string, corePager?: string): Promise<void> {
  const { stdout, env } = process;
  const rows = stdout.rows ?? 24;
  const pager = pagerOf(env, corePager);
  const fits = text.split("\n").length <= rows;
  if (!stdout.isTTY || fits || pager === null) return write(text);
  await throughPager(pager, text, none());
}

/** As `page`, of a text that is too long for one string: its beginning, and what follows that. */
export async function pageInPieces(
  beginning: string,
  rest: AsyncIterable<string>,
  corePager?: string,
): Promise<void> {
  const pager = pagerOf(process.env, corePager);
  if (process.stdout.isTTY && pager !== null) return throughPager(pager, beginning, rest);
  await write(beginning);
  for await (const piece of rest) await write(piece);
}

async function* none(): AsyncGenerator<string> {}

async function throughPager(
  pager: string,
  beginning: string,
  rest: AsyncIterable<string>,
): Promise<void> {
  // Takes longer to load than a short answer to print.
  const { spawn } = await import("node:child_process");
  await new Promise<void>((done, fail) => {
    const child = spawn(pager, {
      shell: true,
      stdio: ["pipe", "inherit", "inherit"],
      env: { LESS: "FRX", LV: "-c", ...process.env },
    });
    child.on("error", () => write(beginning).then(done, fail));
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
