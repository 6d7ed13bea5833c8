import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { Scheduler } from "../../src/engine/scheduler.ts";
import { RedunError } from "../../src/errors.ts";
import { type ExecListener, type ExecRequest, execute, variables } from "../../src/exec/exec.ts";
import { keptBytes } from "../../src/exec/keep-setting.ts";
import { KEPT_BYTES } from "../../src/exec/kept-output.ts";
import type { EndedProgram } from "../../src/exec/program-end.ts";
import { executeStep } from "../../src/exec/step.ts";
import { type Above, above } from "../../src/exec/step-line.ts";
import { tagsIn } from "../../src/exec/tag-lines.ts";
import { logWords } from "../../src/log/ref.ts";
import { redactWords } from "../../src/redact.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { type CommandFunction, logChoice, type OptionsOf } from "../command.ts";
import type { EXEC } from "../declarations/exec.ts";
import { Interrupted } from "../interrupts.ts";
import { pushInBackground } from "../push-in-background.ts";
import { ExecReporter } from "../text/exec-reporter.ts";
import type { Workspace } from "../workspace.ts";

type ExecOptions = OptionsOf<typeof EXEC>;

export const command: CommandFunction<typeof EXEC> = (workspace, words, options) =>
  exec(workspace, words, options);

/** Runs a program and ends as it did. */
export async function exec(
  workspace: Workspace,
  words: readonly string[],
  options: ExecOptions,
): Promise<number> {
  const { io } = workspace;
  assertWholeCharacters(words);
  const tags = tagsIn(options.tag ?? []);
  const signals = new Signals();
  const run = above(io.env);
  const reporter = new ExecReporter(io, Boolean(options.quiet), () =>
    logWords(workspace.ref, workspace.config),
  );
  let end: EndedProgram | undefined;
  const listener: ExecListener = {
    started: (kill) => signals.started(kill),
    skipped: (standIn) => reporter.skipped(standIn),
    ended: (program) => {
      end = program;
      signals.ended(program);
    },
    problem: (text) => reporter.problem(text),
  };
  try {
    const request = requestOf(io, words, options, keptBytesHere(workspace, run));
    const isStep =
      run !== undefined && (await executeStep(request, run, listener, jobTags(options)));
    if (!isStep) await record(workspace, request, options, { tags, reporter, signals, listener });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    signals.close();
    if (reporter.hasStarted) pushInBackground(logChoice(options), io);
  }
  return end?.status || (reporter.isRecordLeft || end?.isOutputLost ? 1 : 0);
}

/** What `-t` and `--doc` say of a program that is a job of the run above. */
function jobTags({ tag = [], doc }: ExecOptions): readonly string[] {
  return doc === undefined ? tag : [...tag, `doc=${JSON.stringify(doc)}`];
}

interface Recording {
  readonly tags: readonly TagPair[];
  readonly reporter: ExecReporter;
  readonly signals: Signals;
  readonly listener: ExecListener;
}

/** A step may run where no repository is. */
function keptBytesHere(workspace: Workspace, run: Above | undefined): number {
  try {
    return keptBytes(workspace.config);
  } catch (error) {
    const isElsewhere = error instanceof RedunError && error.code === "NOT_A_REPOSITORY";
    if (isElsewhere && run) return KEPT_BYTES;
    throw error;
  }
}

/** Runs it as an execution of its own. */
async function record(
  workspace: Workspace,
  request: ExecRequest,
  options: ExecOptions,
  { tags, reporter, signals, listener }: Recording,
): Promise<void> {
  const { backend } = workspace;
  const scheduler = Scheduler.ofProgram(workspace, { listener: reporter, modules: () => [] });
  scheduler.prepare();
  try {
    await execute(request, {
      ...listener,
      backend,
      execution: () => reporter.execution,
      run: (expression) =>
        scheduler.run(expression, {
          argv: redactWords(workspace.argv),
          tags,
          project: options.project,
          doc: options.doc,
          user: options.user,
          signal: signals.signal,
          cache: !options.noCache,
        }),
    });
  } finally {
    await scheduler.close();
  }
}

/**
 * Node reads words as UTF-8, and knows no other bytes: the program would get other words than were typed.
 * @throws RedunError USAGE
 */
function assertWholeCharacters(words: readonly string[]): void {
  const word = words.find((word) => word.includes("\ufffd"));
  if (word === undefined || !existsSync(OWN_WORDS) || isUtf8(readFileSync(OWN_WORDS))) return;
  throw new RedunError(
    "USAGE",
    `"${word}" is not UTF-8, and cannot be handed on.`,
    "Let a script name it, and run that: redun-git exec -- sh script.sh",
  );
}

const OWN_WORDS = "/proc/self/cmdline";

function requestOf(
  { cwd, env }: Workspace["io"],
  words: readonly string[],
  options: ExecOptions,
  keep: number,
): ExecRequest {
  return {
    words,
    cwd,
    name: options.name,
    inputs: options.in ?? [],
    outputs: options.out ?? [],
    env: variables(env, options.env ?? []),
    keep,
    isCached: Boolean(options.cached) && !options.noCache,
  };
}

/**
 * Signals while a program runs. A terminal's reach the program as well as us; what somebody sends to us
 * alone is handed on. The program decides what becomes of it: we wait for its end.
 */
class Signals {
  readonly #abort = new AbortController();
  #kill: ((signal: NodeJS.Signals) => void) | undefined;
  #got: NodeJS.Signals | undefined;

  constructor() {
    for (const signal of HEARD) process.on(signal, this.#hear);
    for (const signal of PASSED_ON) process.on(signal, this.#passOn);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  started(kill: (signal: NodeJS.Signals) => void): void {
    this.#kill = kill;
    if (this.#got) kill(this.#got);
  }

  /** A program that did not end well after a signal was interrupted by it. */
  ended({ status }: EndedProgram): void {
    if (this.#got && status !== 0) this.#abort.abort(new Interrupted(this.#got));
  }

  close(): void {
    for (const signal of HEARD) process.off(signal, this.#hear);
    for (const signal of PASSED_ON) process.off(signal, this.#passOn);
  }

  readonly #passOn = (signal: NodeJS.Signals): void => this.#kill?.(signal);

  readonly #hear = (signal: NodeJS.Signals): void => {
    this.#got = signal;
    if (!FROM_TERMINAL.includes(signal) || ![0, 1, 2].some(isatty)) this.#kill?.(signal);
  };
}

/** Those that ask a program for something other than its end: batch systems announce that by one. */
const PASSED_ON: NodeJS.Signals[] = ["SIGUSR1", "SIGUSR2"];
const HEARD: NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"];
const FROM_TERMINAL: NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
