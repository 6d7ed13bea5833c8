import { basename, resolve } from "node:path";
import type { Lazy } from "../engine/lazy-types.ts";
import { RedunError } from "../errors.ts";
import type { GitBackend } from "../git/backend.ts";
import { Scratch } from "../log/scratch.ts";
import { recordedPath } from "../value/file-path.ts";
import { Earlier, type StandIn, whyNotEarlier } from "./earlier.ts";
import { asFiles, filesDeclared, filesNamed, outputsDeclared, outputsFound } from "./files.ts";
import { type Outputs, outputsFor } from "./outputs.ts";
import { applySaid, type EndedProgram, programResult, tagHere } from "./program-end.ts";
import { type ProgramCall, type ProgramResult, programCall } from "./program-task.ts";
import { recordedOutput, runProgram } from "./run-program.ts";
import { STDIN, standardInput, unknownInput } from "./standard-input.ts";
import { SOCKET_NAME, Steps } from "./steps.ts";
import type { SaidTags } from "./tag-lines.ts";

/** A program to run, as the user asked for it. */
export interface ExecRequest {
  readonly words: readonly string[];
  /** Where it runs. */
  readonly cwd: string;
  /** The task's name; by default that of the script, or of the program. */
  readonly name?: string | undefined;
  /** Patterns of files that it reads, and of those that it makes. Where there are none, they are looked for. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The environment variables to record. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes to keep of the head of each output, and again of the tail. */
  readonly keep: number;
  /** An earlier program may stand for it. */
  readonly isCached: boolean;
}

/** Receives the events of a program. */
export interface ExecListener {
  /** It runs, and can be sent a signal. */
  started(kill: (signal: NodeJS.Signals) => void): void;
  /** It does not run: an earlier one stands for it. */
  skipped(standIn: StandIn): void;
  /** It ended; its job has not yet. */
  ended(program: EndedProgram): void;
  /** Something that it said, or was to make, could not be taken. */
  problem(text: string): void;
}

export interface ExecContext extends ExecListener {
  readonly backend: GitBackend;
  /** Runs an expression as an execution. */
  run(expression: Lazy<ProgramResult>): Promise<unknown>;
  /** The id of that execution, once it has begun. */
  execution(): string;
}

/**
 * Runs a program as the one job of an execution, and what that starts by `exec` as jobs below it.
 * The program's own failure is not an error of this function: the listener has heard of its end.
 * @throws what `run` throws else; RedunError USAGE for an input that is not there
 */
export async function execute(request: ExecRequest, context: ExecContext): Promise<void> {
  const { backend } = context;
  const { workTree, commonDir, env } = backend.repository;
  const root = workTree ?? request.cwd;
  const scratch = Scratch.make(commonDir, SOCKET_NAME);
  const { folder } = scratch;
  const steps = await Steps.listen(root, folder);
  // While git is asked. What may not run at all needs none yet.
  const outputs = request.isCached ? null : outputsFor(request, folder, env);
  const unused = outputs
    ?.then(
      ({ pipes }) =>
        () =>
          pipes.close(),
    )
    .catch(() => () => {});
  let end: EndedProgram | undefined;
  try {
    const declared = inputsOf(request);
    const stdin = standardInput();
    const named = stdin.path === null ? request.words : [...request.words, stdin.path];
    const inputs = declared ?? (await filesNamed(named, request.cwd, backend));
    const call = {
      name: programTaskName(request),
      words: request.words,
      directory: recordedPath(request.cwd, root),
      env: request.env,
      inputs: asFiles(inputs),
      isFound: !declared,
    };
    const unknown = unknownInput(stdin, inputs);
    const earlier = earlierOf(request, call, { root, unknown }, context.problem);
    const work = () =>
      steps.under(async (job) => {
        if (unknown !== null) tagHere([[STDIN, unknown]], []);
        const as = { execution: context.execution(), job, socket: steps.path, folder, outputs };
        end = await runToEnd(request, as, { ...context, tags: applySaid }, backend);
        context.ended(end);
        return programResult(call.name, end);
      });
    // The program starts with the run: what is asked while it runs waits for nothing but that.
    await outputs?.catch(() => {});
    await context.run(programCall(call, work, earlier ? { accepts: earlier.accepts } : {}));
    if (!end && earlier?.standIn) context.skipped(earlier.standIn);
  } catch (error) {
    if (!end || end.status === 0) throw error;
  } finally {
    (await unused)?.();
    await steps.close();
    scratch.remove();
  }
}

/** What looks for an earlier program, where one is wanted and can be known to be equal. */
export function earlierOf(
  { isCached, outputs, cwd }: Pick<ExecRequest, "isCached" | "outputs" | "cwd">,
  call: ProgramCall,
  { root, unknown }: { readonly root: string; readonly unknown: string | null },
  onProblem: (text: string) => void,
): Earlier | null {
  if (!isCached) return null;
  const why = whyNotEarlier(call, unknown);
  if (why === null) return new Earlier({ outputs, cwd, root, inputs: call.inputs.length });
  onProblem(why);
  return null;
}

/** The job that a program runs as, and the temporary directory that it has. */
interface ProgramPlace {
  readonly execution: string;
  readonly job: string;
  readonly socket: string;
  readonly folder: string;
  /** Null where they are not made yet. */
  readonly outputs: Promise<Outputs> | null;
}

/**
 * Runs a program to its end, and looks at what it made.
 * @param backend is asked which files changed where no outputs are declared; without it none are found
 */
export async function runToEnd(
  request: ExecRequest,
  as: ProgramPlace,
  listener: Omit<ExecListener, "ended" | "skipped"> & { tags(tags: SaidTags): void },
  backend: GitBackend | null,
): Promise<EndedProgram> {
  const since = Date.now();
  const nothing = { outputs: [], isFound: false, more: 0, missing: [], usage: {} };
  try {
    const { end, outputs } = await runProgram({
      ...request,
      ...as,
      onTags: listener.tags,
      onProblem: listener.problem,
      onStart: listener.started,
    });
    const patterns = [...request.outputs, ...outputs];
    const { status, signal, usage, stdout, stderr, lost } = end;
    if (lost !== null) listener.problem(`Not all of its output could be handed on: ${lost}`);
    const declared = outputsDeclared(patterns, request.cwd, listener.problem);
    const isFound = patterns.length === 0 && backend !== null;
    const found = isFound
      ? await outputsFound(since, backend, listener.problem)
      : { paths: [], more: 0 };
    return {
      status,
      signal,
      usage,
      stdout: recordedOutput(stdout),
      stderr: recordedOutput(stderr),
      outputs: isFound ? found.paths : declared.paths,
      isFound,
      more: found.more,
      missing: declared.missing,
      ...(lost !== null && { isOutputLost: true }),
    };
  } catch (error) {
    const status = STARTS_NOT[error instanceof RedunError ? error.code : ""];
    if (status === undefined) throw error;
    const problem = (error as RedunError).message;
    listener.problem([problem, (error as RedunError).hint].filter(Boolean).join(" "));
    return { ...nothing, status, signal: null, problem };
  }
}

/** What a shell ends with where it cannot start a program. */
const STARTS_NOT: Readonly<Record<string, number>> = {
  COMMAND_NOT_FOUND: 127,
  COMMAND_NOT_EXECUTABLE: 126,
};

/** Programs whose first word that is a file is what is run. */
const INTERPRETERS =
  /^(?:python[\d.]*|pypy[\d.]*|Rscript|julia|node|deno|bun|tsx|ts-node|ruby|perl|php|lua|bash|sh|zsh|dash|ksh|fish)$/;

/**
 * The name of the task that a program is.
 * @throws RedunError USAGE for a name without characters
 */
export function programTaskName({ name, words, cwd }: ExecRequest): string {
  if (name?.trim() === "") throw new RedunError("USAGE", "The name of a task has no characters.");
  if (name !== undefined) return name;
  const program = basename(words[0]!) || words[0] || "''";
  if (!INTERPRETERS.test(program)) return program;
  const script = words.slice(1).find((word) => !word.startsWith("-"));
  const isCode = words.slice(1).some((word) => /^-[cem]$/.test(word));
  if (script === undefined) return program;
  if (isCode) return /^-m$/.test(words[1] ?? "") ? script : program;
  return basename(resolve(cwd, script));
}

/**
 * The declared inputs as absolute paths; null where none are declared.
 * @throws RedunError USAGE for one that is not there
 */
export function inputsOf({ inputs, cwd }: ExecRequest): string[] | null {
  if (inputs.length === 0) return null;
  const { paths, missing } = filesDeclared(inputs, cwd);
  if (missing.length === 0) return paths;
  throw new RedunError(
    "USAGE",
    `There is no input ${missing.join(", ")}.`,
    "Patterns are relative to the current directory, and quoted: --in 'data/*.csv'.",
  );
}

/** Of an environment the named variables that are set. */
export function variables(
  env: NodeJS.ProcessEnv,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
