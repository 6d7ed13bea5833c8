import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { currentJob, type JobContext } from "../engine/context.ts";
import { RecordedError } from "../engine/recorded-error.ts";
import { RedunError } from "../errors.ts";
import { isRunning } from "../git/files/process-state.ts";
import { signalAll, signalTree } from "../git/files/process-tree.ts";
import { Scratch } from "../log/scratch.ts";
import { notice } from "../notice.ts";
import { File } from "../value/file.ts";
import { isAddress } from "../value/file-path.ts";
import { filesIn } from "../value/files-in.ts";
import { asFiles } from "./files.ts";
import { KEPT_BYTES } from "./kept-output.ts";
import { outputsFor } from "./outputs.ts";
import { applySaid, failedProgram, tagProgram } from "./program-end.ts";
import { type RunProgram, recordedOutput, runProgram } from "./run-program.ts";
import { type RunnableScript, renderedScript } from "./script-text.ts";
import { SOCKET_NAME, Steps } from "./steps.ts";

/** What is recorded of a script that ended well; the user gets `outputs`, or else `stdout`. */
export interface ScriptResult {
  readonly outputs?: File | readonly File[] | Readonly<Record<string, File>>;
  /** All that it printed where it has no outputs; else head and tail. */
  readonly stdout?: unknown;
  readonly stderr?: unknown;
  /** Files that it named in REDUN_TAGS. */
  readonly said_outputs?: readonly File[];
}

interface NamedOutput {
  readonly out: string;
  readonly name?: string;
}

/** Bytes that are kept of the head of an output that is the result, and again of its tail. */
const KEPT_RESULT = 16 * 1024 * 1024;
/** How long a script may take to end once it was asked to, in milliseconds. */
const GRACE = 2000;

/**
 * Runs a script, as whose job the caller runs.
 * @throws RecordedError ExitStatus for a status other than 0; RedunError BAD_VALUE for an input or output that
 * is not there, and for a result that is too long or no text; COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
 */
export async function runScript(
  name: string,
  template: string,
  values: readonly unknown[],
): Promise<ScriptResult> {
  const here = currentJob()!;
  const outputs = values.filter(isOutput);
  const script = renderedScript(template, values);
  const missing = filesIn(values).find((file) => !isAddress(file.path) && !file.exists());
  if (missing) {
    throw new RedunError("BAD_VALUE", `The script's input ${missing.path} is not there.`);
  }
  for (const { out } of outputs) mkdirSync(dirname(resolve(out)), { recursive: true });
  const ran = await runInFolder(here, script, outputs.length === 0);
  return resultOf(name, ran, outputs);
}

async function runInFolder(
  { run, signal }: JobContext,
  { words, text }: RunnableScript,
  isResult: boolean,
): Promise<RunProgram> {
  const scratch = Scratch.make(run.commonDir, SOCKET_NAME);
  const path = join(scratch.folder, "script");
  writeFileSync(path, text);
  const steps = await Steps.listen(run.root ?? process.cwd(), scratch.folder);
  let pid = 0;
  const over = signal ? AbortSignal.any([run.signal, signal]) : run.signal;
  const end = () => void endTree(pid);
  try {
    return await steps.under((job) =>
      runProgram({
        words: [...words, path],
        cwd: process.cwd(),
        folder: scratch.folder,
        outputs: outputsFor(
          { keep: KEPT_BYTES, alone: { keepStdout: isResult ? KEPT_RESULT : KEPT_BYTES } },
          scratch.folder,
          process.env,
        ),
        keep: KEPT_BYTES,
        isAlone: true,
        execution: run.execution,
        job,
        socket: steps.path,
        onTags: applySaid,
        onProblem: notice,
        onStart: (_kill, started) => {
          pid = started;
          over.addEventListener("abort", end);
          // It may have been over meanwhile.
          if (over.aborted) end();
        },
      }),
    );
  } finally {
    over.removeEventListener("abort", end);
    await steps.close();
    scratch.remove();
  }
}

async function endTree(pid: number): Promise<void> {
  const told = signalTree(pid, "SIGTERM");
  const deadline = Date.now() + GRACE;
  while (told.some(isRunning) && Date.now() < deadline) await sleep(20);
  signalAll(told.filter(isRunning), "SIGKILL");
}

function resultOf(
  name: string,
  { end, outputs: said }: RunProgram,
  outputs: readonly NamedOutput[],
): ScriptResult {
  const { status, signal, usage, stdout, stderr } = end;
  // Processor time is known of all programs together that ended meanwhile.
  tagProgram(status, { ...(usage.peakMemory !== undefined && { peakMemory: usage.peakMemory }) });
  const heard = recordedOutput(stderr);
  const isResult = outputs.length === 0 && status === 0;
  const printed = isResult ? wholeText(stdout!.whole()) : recordedOutput(stdout);
  const missing = outputs.filter(({ out }) => !existsSync(out)).map(({ out }) => out);
  const result: ScriptResult = {
    ...(outputs.length > 0 && missing.length === 0 && { outputs: filesOf(outputs) }),
    ...(said.length > 0 && { said_outputs: asFiles(said) }),
    ...(printed !== undefined && { stdout: printed }),
    ...(heard !== undefined && { stderr: heard }),
  };
  if (status !== 0) throw failedProgram(name, { status, signal, stderr: heard }, result);
  if (missing.length === 0) return result;
  throw new RecordedError(
    "MissingOutput",
    `The script ended, and its output ${missing.join(", ")} is not there.`,
    { missing_outputs: missing, ...result },
  );
}

function filesOf(outputs: readonly NamedOutput[]): ScriptResult["outputs"] {
  const files = outputs.map(({ out }) => new File(out));
  const names = outputs.map(({ name }) => name);
  if (!names.includes(undefined)) {
    return Object.fromEntries(names.map((name, at) => [name!, files[at]!]));
  }
  return files.length === 1 ? files[0]! : files;
}

/** @throws RedunError BAD_VALUE for what is too long, or no text */
function wholeText(bytes: Buffer | null): string {
  const hint = 'Let it write a file, and name that by `out("result.bin")`.';
  if (!bytes) {
    const most = (2 * KEPT_RESULT) / 1024 / 1024;
    throw new RedunError("BAD_VALUE", `The script printed more than ${most} MB.`, hint);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new RedunError("BAD_VALUE", "What the script printed is no text in UTF-8.", hint);
  }
}

function isOutput(value: unknown): value is NamedOutput {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "out");
}
