import { constants } from "node:os";
import { type RunCallOptions, runDefaults } from "../../src/engine/call-options.ts";
import { assertOwnNames } from "../../src/engine/same-name.ts";
import { Scheduler } from "../../src/engine/scheduler.ts";
import { definitionOf, tasksMadeBy } from "../../src/engine/task.ts";
import { RedunError } from "../../src/errors.ts";
import { RERUN_OF } from "../../src/rerun/tag.ts";
import { RUN_MARK } from "../../src/run-mark.ts";
import { isArgument, parseTaskArguments } from "../../src/script/arguments.ts";
import { exportedTasks } from "../../src/script/exported-tasks.ts";
import type { Parameter } from "../../src/source/parameters.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { parseTagKeyValue } from "../../src/tag/text.ts";
import { inspected } from "../../src/value/inspected.ts";
import { plain } from "../../src/value/plain.ts";
import { isHelp, ownOption, takeOptions } from "../argv.ts";
import { type CommandFunction, isJson, logChoice } from "../command.ts";
import { type RUN, RUN_OPTIONS, type RunOptions } from "../declarations/run.ts";
import { Interrupted, Interrupts } from "../interrupts.ts";
import type { Io } from "../io.ts";
import { planJson } from "../json/plan.ts";
import { planPage } from "../pages/plan.ts";
import { askedMode } from "../progress/mode.ts";
import { type Reporter, runReporter } from "../progress/reporter.ts";
import { pushInBackground } from "../push-in-background.ts";
import { endPrograms } from "../run/programs.ts";
import { callAgain, madeAgain } from "../run/recorded.ts";
import { findTask, loadScript, modules, warnOfTruth } from "../run/script.ts";
import { sharedNote, taskHelp, taskList } from "../run/task-help.ts";
import { jsonText } from "../text/json.ts";
import type { Workspace } from "../workspace.ts";

export const command: CommandFunction<typeof RUN> = async (
  workspace,
  [script, name, ...words],
  given,
) => {
  if (given.rerun !== undefined) return rerun(workspace, given.rerun, [script, name], given);
  if (script === undefined) {
    throw new RedunError(
      "USAGE",
      "`run` needs a script and a task, or --rerun and an id: a word is missing.",
      "See `redun-git run --help`.",
    );
  }
  const lists = name === undefined || name === "help" || isHelp(name);
  // A mistake in the options must not be found out after the work.
  assertOptions(given);
  const behind = words.slice(0, words.indexOf("--") >>> 0);
  // Git answers while the script loads, unless the task may change what it is asked.
  const isSettled = !behind.some((word) => isHelp(word) || ownOption(RUN_OPTIONS, word));
  let session = !lists && isSettled ? begin(workspace, given) : undefined;
  try {
    const [exports, made] = await tasksMadeBy(() => loadScript(script, workspace));
    const tasks = exportedTasks(exports);
    if (lists) {
      await workspace.write(taskList(script, tasks, workspace.paint));
      return name === undefined ? 2 : 0;
    }
    const task = findTask(name, tasks, script);
    const definition = definitionOf(task)!;
    const { parameters } = definition.source;
    const isTheirs = (option: string) => isArgument(parameters, option);
    if (behind.some((word) => isHelp(word) && !isTheirs(word))) {
      return workspace.write(taskHelp(script, name, definition));
    }
    const { options, rest } = takeOptions(RUN_OPTIONS, words, given, isTheirs);
    assertOptions(options);
    if (options.rerun !== undefined) throw rerunsNoTask(name);
    const args = withHint(script, name, parameters, () => parseTaskArguments(parameters, rest));
    assertOwnNames(made);
    warnOfTruth(workspace);
    session ??= begin(workspace, options);
    const { argv } = workspace;
    return await run(workspace, session, { expression: task(...args), argv, script }, options);
  } finally {
    // A script that does not load leaves open what was prepared.
    await session?.scheduler.close();
  }
};

/** Calls a recorded job's task again, with its arguments. */
async function rerun(
  workspace: Workspace,
  id: string,
  [script, task]: readonly [string?, string?],
  options: RunOptions,
): Promise<number> {
  if (task !== undefined) throw rerunsNoTask(task);
  assertOptions(options);
  const call = await callAgain(workspace, id, script);
  const session = begin(workspace, options);
  try {
    const [, made] = await tasksMadeBy(() => loadScript(call.script, workspace));
    assertOwnNames(made);
    const { expression, notices } = madeAgain(workspace, call, made);
    for (const notice of notices) session.reporter.noticed?.(notice);
    const { argv } = call;
    const tag = [...(options.tag ?? []), `${RERUN_OF}=${call.id}`];
    const work = { expression, argv, script: call.script };
    // Asked for again, it is not to be taken from the last time.
    return await run(workspace, session, work, { ...options, tag, noCache: true });
  } finally {
    await session.scheduler.close();
  }
}

function rerunsNoTask(word: string): RedunError {
  return new RedunError(
    "USAGE",
    `--rerun takes task and arguments from the log: what is "${word}"?`,
    "`redun-git run --rerun <id>`, and the script where that has moved.",
  );
}

interface Session {
  readonly scheduler: Scheduler;
  readonly reporter: Reporter;
}

function begin(workspace: Workspace, options: RunOptions): Session {
  const reporter = runReporter(workspace, options);
  const { cwd } = workspace.io;
  const scheduler = new Scheduler({ ...logChoice(options), cwd, listener: reporter, modules });
  scheduler.prepare({ record: !options.noProv });
  return { scheduler, reporter };
}

/** @throws RedunError for an invalid format, progress or tag */
function assertOptions(options: RunOptions): void {
  isJson(options);
  askedMode(options);
  tagsOf(options);
  callOptions(options);
}

/** A word that was meant for `run` may not fit the task's parameter of that name. */
function withHint<T>(
  script: string,
  name: string,
  parameters: readonly Parameter[],
  body: () => T,
): T {
  try {
    return body();
  } catch (error) {
    const note = sharedNote(script, name, parameters);
    if (!(error instanceof RedunError) || note === "") throw error;
    const hint = [error.hint, note].filter(Boolean).join("\n");
    throw new RedunError(error.code, error.message, hint);
  }
}

interface Work {
  readonly expression: unknown;
  /** The command line, as it is to be recorded. */
  readonly argv: readonly string[];
  readonly script: string;
}

async function run(
  workspace: Workspace,
  { scheduler, reporter }: Session,
  { expression, argv, script }: Work,
  options: RunOptions,
): Promise<number> {
  if (options.dryRun) return dryRun(workspace, scheduler, expression, options);
  // However the run ends.
  process.once("exit", () => {
    if (reporter.hasStarted && !options.noProv) pushInBackground(logChoice(options), workspace.io);
  });
  const interrupts = new Interrupts();
  try {
    const result = await scheduler.run(expression, {
      argv,
      script,
      tags: [...parentTags(workspace.io), ...tagsOf(options)],
      project: options.project,
      doc: options.doc,
      user: options.user,
      signal: interrupts.signal,
      cache: !options.noCache,
      record: !options.noProv,
      ...(options.explain && { explain: true }),
      options: callOptions(options),
    });
    interrupts.close();
    // A record that waits may be lost with the machine: nobody should take that for success.
    const status = reporter.isRecordLeft ? 1 : 0;
    await workspace.write(resultText(result, options));
    return status;
  } catch (error) {
    interrupts.close();
    if (error instanceof Interrupted) {
      await endPrograms(process.env[RUN_MARK], process.pid);
      process.exit(128 + constants.signals[error.signal]);
      throw error;
    }
    if (!reporter.hasStarted || isOutputError(error)) throw error;
    reporter.failed(error);
    await endPrograms(process.env[RUN_MARK], process.pid);
    // Siblings of the failed job may go on for hours, and nobody waits for them.
    process.exit(1);
    // A workflow may have made `process.exit` do nothing.
    throw error;
  }
}

/** Says what the run would do. */
async function dryRun(
  workspace: Workspace,
  scheduler: Scheduler,
  expression: unknown,
  options: RunOptions,
): Promise<number> {
  const plan = await scheduler.plan(expression, { user: options.user, cache: !options.noCache });
  const text = isJson(options) ? planJson(plan) : planPage(plan, workspace.paint);
  await workspace.write(text);
  return 0;
}

/** Which job of which execution started this run, where that was a recorded program. */
function parentTags({ env }: Io): TagPair[] {
  const { REDUN_EXECUTION: execution, REDUN_JOB: job } = env;
  if (!execution || !job) return [];
  return [
    ["parent_execution", execution],
    ["parent_job", job],
  ];
}

function isOutputError(error: unknown): boolean {
  return error instanceof RedunError && error.code === "OUTPUT_FAILED";
}

function tagsOf(options: RunOptions): TagPair[] {
  return (options.tag ?? []).map((text) => {
    const { key, value } = parseTagKeyValue(text, { valueRequired: true });
    return [key, value!];
  });
}

function callOptions(options: RunOptions): RunCallOptions {
  const pairs = (options.option ?? []).map((text) => {
    const { key, value } = parseTagKeyValue(text, { valueRequired: true });
    return [key, plain(value)] as const;
  });
  const given = Object.fromEntries(pairs);
  // The executor may be named elsewhere; what is wrong in any case is better told before the work.
  runDefaults(given, "any");
  return given;
}

/** A text is printed as it is, so that it can be piped; anything else as JavaScript shows it. */
function resultText(result: unknown, options: RunOptions): string {
  if (isJson(options)) return `${jsonText(result)}\n`;
  if (typeof result === "string") return `${result}\n`;
  return `${inspected(result, { depth: null, colors: false, maxArrayLength: 100 })}\n`;
}
