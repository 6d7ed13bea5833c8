import { spawn } from "node:child_process";
import type { Repository, Transfer } from "../backend.ts";
import { diskFull, isFull } from "../files/system-errors.ts";
import { inWords, patienceInMs } from "../patience.ts";
import { cannotStart, gitEnvironment } from "./environment.ts";
import { endGit, Silence } from "./silence.ts";

export interface TransferResult {
  readonly status: number;
  readonly stdout: string;
  /** What git and the remote said on stderr, line by line, progress left out. */
  readonly said: readonly string[];
}

/**
 * Runs a git command that talks with a remote. git, ssh and credential helpers ask their questions
 * on the terminal itself, past the pipes; where nobody may be asked, they fail at once. Nor may git be
 * silent for long then: the command must ask for progress. Who may be asked is there to see it, and to end it.
 * @throws RedunError GIT_FAILED when git cannot be started, REPOSITORY_UNWRITABLE for a full disk; the reason of the transfer's signal
 */
export function runTransfer(
  repository: Repository,
  args: readonly string[],
  { onProgress, mayAsk, signal }: Transfer,
  bounds: NodeJS.ProcessEnv = {},
): Promise<TransferResult> {
  const { cwd, env } = gitEnvironment(repository);
  const silent = {
    GIT_TERMINAL_PROMPT: "0",
    SSH_ASKPASS_REQUIRE: "never",
    GCM_INTERACTIVE: "never",
  };
  return new Promise((done, fail) => {
    signal?.throwIfAborted();
    const child = spawn("git", args, {
      cwd,
      env: { ...bounds, ...(mayAsk ? {} : silent), ...env },
      stdio: [mayAsk ? "inherit" : "ignore", "pipe", "pipe"],
      // Of a group of its own, so that ssh and the like can be ended with it.
      detached: signal !== undefined,
    });
    const stop = () => {
      endGroup(child.pid);
      fail(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
    const limit = patienceInMs(repository, "work");
    const said: string[] = [];
    let isGivenUp = false;
    const silence = new Silence(limit, async () => {
      isGivenUp = true;
      signal?.removeEventListener("abort", stop);
      await endGit(child);
      done({ status: 1, stdout: "", said: [...said, silentFor(limit)] });
    });
    if (!mayAsk) silence.begin();
    let heard = 0;
    const hear = (text: string) => {
      heard += text.length;
      if (heard <= MAX_HEARD) return true;
      child.kill();
      return false;
    };
    const lines = lineSplitter((line) => {
      silence.heard();
      if (isProgress(line)) onProgress?.(line);
      else if (line.trim() !== "" && hear(line)) said.push(line.trimEnd());
    });
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      silence.heard();
      if (hear(chunk)) stdout += chunk;
    });
    child.stderr?.setEncoding("utf8").on("data", lines.take);
    child.on("error", (error) => fail(cannotStart(error)));
    child.on("close", (status) => {
      silence.end();
      signal?.removeEventListener("abort", stop);
      if (isGivenUp) return;
      lines.end();
      const own = said.filter((line) => !line.startsWith("remote:")).join("\n");
      if (heard > MAX_HEARD) said.splice(0, said.length, TOO_MUCH_SAID);
      if (status !== 0 && isFull(own, repository.commonDir)) fail(diskFull(repository.commonDir));
      else done({ status: status ?? 1, stdout, said });
    });
  });
}

const silentFor = (limit: number) =>
  `fatal: nothing was heard for ${inWords(limit)} (REDUN_GIT_TIMEOUT, in seconds, says how long to wait)`;

/** Characters that a remote may say, its refs included: some 500,000 of these. */
const MAX_HEARD = 2 ** 26;
const TOO_MUCH_SAID = `fatal: the remote says more than ${MAX_HEARD} characters`;
/** Characters of a line; what is longer is cut. */
const MAX_LINE = 2 ** 16;

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader);
  } catch {
    // It has just ended by itself.
  }
}

/** A counter that git writes over and over (it ends in a carriage return), or its last state. */
function isProgress(line: string): boolean {
  return line.endsWith("\r") || COUNTED.test(line);
}

const COUNTED =
  /^(?:remote: )?(?:(?:Enumerating|Counting|Compressing|Writing|Receiving|Resolving|Unpacking|Updating|Checking) [a-z ]+:|Delta compression|Total \d)/;

/** Cuts a stream into lines, each with the `\n`, `\r` or `\r\n` that ends it. */
function lineSplitter(each: (line: string) => void) {
  let rest = "";
  return {
    take(chunk: string) {
      // ssh ends its lines with both; whether a `\r` at the end is that half is not known yet.
      const parts = (rest + chunk).split(/(?<=\n|\r(?!\n|$))/);
      rest = parts.at(-1)?.endsWith("\n") ? "" : (parts.pop() ?? "");
      parts.forEach(each);
      if (rest.length <= MAX_LINE) return;
      each(rest);
      rest = "";
    },
    end() {
      if (rest) each(rest);
    },
  };
}
