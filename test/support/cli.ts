/**
 * The built command line (`npx tsx scripts/build.ts` makes it) in real repositories, shut off from
 * the settings of whoever runs the tests.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { programsOf } from "../../cli/run/programs.ts";
import { isRunning } from "../../src/git/files/process-state.ts";
import {
  prepared,
  type TemporaryRepository,
  temporaryRepository,
  writeFiles,
} from "./repository.ts";
import { until } from "./until.ts";

export { writeFiles };

export const CLI = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
export const BACKENDS = ["native", "isomorphic"] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Result {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** With a failpoint, where no process was started: what the command used of the world. See failpoints.cjs. */
  readonly uses?: readonly string[];
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly backend?: BackendName;
}

/**
 * Runs one command to its end. What needs no process of its own gets none: starting Node takes longer
 * than most commands. `REDUN_TEST_PROCESSES=1 npm test` gives one to each.
 */
export function cli(cwd: string, args: readonly string[], options: CliOptions = {}): Result {
  return needsProcess(args, options) ? inProcess(cwd, args, options) : inThread(cwd, args, options);
}

/** As `cli`, always as a process: for what a process does when it begins, ends or is killed. */
export function inProcess(cwd: string, args: readonly string[], options: CliOptions = {}): Result {
  const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, [CLI, ...args], {
    cwd,
    env: environment(options),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  if (error) throw error;
  return { status, signal, stdout, stderr };
}

/** Commands whose own streams, signals and children count. */
const PROCESSES = ["run", "exec", "step"];

/** A workflow may do anything to its process, and some of the environment is read by the C library. */
function needsProcess(args: readonly string[], { env = {} }: CliOptions): boolean {
  if (process.env.REDUN_TEST_PROCESSES === "1" || PROCESSES.some((name) => args.includes(name))) {
    return true;
  }
  return !Object.keys(env).every((name) =>
    /^(REDUN_|GIT_|NO_COLOR$|FORCE_COLOR$|PATH$)/.test(name),
  );
}

const turn = new Int32Array(new SharedArrayBuffer(4));
let thread: { worker: Worker; port: MessagePort } | undefined;

function startThread() {
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(new URL("./in-process.cjs", import.meta.url), {
    workerData: { cli: CLI, port: port2, turn },
    transferList: [port2],
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  worker.unref();
  return { worker, port };
}

function inThread(cwd: string, args: readonly string[], options: CliOptions): Result {
  thread ??= startThread();
  // The working directory is the process's: a thread sees it, and cannot change it.
  const before = process.cwd();
  process.chdir(cwd);
  try {
    Atomics.store(turn, 0, 0);
    thread.worker.postMessage({ args, env: environment(options) });
    // A thread that stored its turn may notify later: that wakes the wait for the next command.
    while (Atomics.load(turn, 0) === 0) {
      if (Atomics.wait(turn, 0, 0, 60_000) === "timed-out") {
        throw new Error(`redun-git ${args.join(" ")} did not end`);
      }
    }
    const { thrown, isOver, ...result } = receiveMessageOnPort(thread.port)!.message;
    if (thrown) throw thrown;
    // A run that fails ends what its process has started, as the compiler of TypeScript.
    if (isOver) endThread();
    return result;
  } finally {
    process.chdir(before);
  }
}

/** As `cli`, for a command that has to succeed. Returns what it printed. */
export function ok(cwd: string, args: readonly string[], options?: CliOptions): string {
  const result = cli(cwd, args, options);
  if (result.status === 0) return result.stdout;
  throw new Error(`redun-git ${args.join(" ")}: status ${result.status}\n${result.stderr}`);
}

/**
 * `run` without its supervisor, in the thread of the other commands, where it takes an eighth of the CPU.
 * People meet that path under a debugger only: what becomes of a run's processes is tested by `cli` and
 * `start`. The thread has loaded no scripts but those below `cwd`, as they are now; else there is a new one. It
 * goes on where a process would have ended: the index may be up to date a moment later. And a run that fails
 * ends whatever the test's process has started.
 * @param args of `run`, without that word
 */
export function runInThread(
  cwd: string,
  args: readonly string[],
  options: CliOptions = {},
): Result {
  if (needsProcess([], options)) return inProcess(cwd, ["run", ...args], options);
  if ([...loaded.keys()].some((folder) => folder !== cwd)) endThread();
  return recordInThread(cwd, args, options);
}

function recordInThread(cwd: string, args: readonly string[], options: CliOptions): Result {
  const scripts = scriptsBelow(cwd);
  if ((loaded.get(cwd) ?? scripts) !== scripts) endThread();
  loaded.set(cwd, scripts);
  return inThread(cwd, ["run", ...args], options);
}

function endThread(): void {
  thread?.worker.terminate();
  thread = undefined;
  loaded.clear();
}

/** As `runInThread`, for a run that has to succeed. Returns what it printed. */
export function ran(cwd: string, args: readonly string[], options?: CliOptions): string {
  const { status, stdout, stderr } = runInThread(cwd, args, options);
  if (status === 0) return stdout;
  throw new Error(`redun-git run ${args.join(" ")}: status ${status}\n${stderr}`);
}

/**
 * Records a run for a test that is about something else, which says nothing. As `runInThread`, in one thread
 * for all repositories: equal tasks of two of them take no results of earlier runs.
 */
export function record(cwd: string, args: readonly string[], options: CliOptions = {}): void {
  const words = ["-q", ...args];
  const isAlone = needsProcess([], options);
  const run = isAlone
    ? inProcess(cwd, ["run", ...words], options)
    : recordInThread(cwd, words, options);
  if (run.status === 0) return;
  throw new Error(`redun-git run ${words.join(" ")}: status ${run.status}\n${run.stderr}`);
}

/** The texts of the scripts that the thread has loaded, by the folder they are below. */
const loaded = new Map<string, string>();

function scriptsBelow(dir: string): string {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.([cm]?[jt]sx?|json)$/.test(name) && !/^\.git\/|node_modules/.test(name))
    .sort();
  return JSON.stringify(files.map((name) => [name, readFileSync(join(dir, name), "utf8")]));
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
  /** Resolves once stderr and stdout together hold `text`. */
  said(text: string): Promise<void>;
}

/** Starts a command and does not wait for its end. */
export function start(cwd: string, args: readonly string[], options: CliOptions = {}): Running {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: environment(options),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      output[name] += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Result>((done, fail) => {
    child.on("error", fail);
    child.on("close", (status, signal) => done({ status, signal, ...output }));
  });
  const said = (text: string) =>
    new Promise<void>((done, fail) => {
      const look = () => {
        if ((output.stdout + output.stderr).includes(text)) done();
      };
      listeners.add(look);
      look();
      ended.then(() => fail(new Error(`ended without "${text}":\n${output.stderr}`)), fail);
    });
  return { child, ended, said };
}

/**
 * Ends a command by SIGKILL, and waits until the worker of `run` has ended as well: its output is
 * closed a moment before that, and to the next command the run would still go on.
 */
export async function kill({ child, ended }: Running): Promise<Result> {
  const workers = programsOf(undefined, child.pid!);
  child.kill("SIGKILL");
  const result = await ended;
  await until(() => !workers.some(isRunning));
  return result;
}

/** A repository that holds (and has committed) the given files, a workflow by default. */
export function workflowRepository(
  files: Readonly<Record<string, string>> = { "workflow.ts": HELLO },
): TemporaryRepository {
  const key = JSON.stringify(files);
  const copy = begun.get(key) ?? prepared(() => beginWith(files));
  begun.set(key, copy);
  return copy();
}

const begun = new Map<string, () => TemporaryRepository>();

function beginWith(files: Readonly<Record<string, string>>): TemporaryRepository {
  const repository = temporaryRepository();
  writeFiles(repository.dir, files);
  repository.git("add", "-A");
  repository.git("commit", "-q", "-m", "begin");
  return repository;
}

/** Lines of JSON, as `--format json` prints them. */
// biome-ignore lint/suspicious/noExplicitAny: what a program of a user sees
export function jsonLines(text: string): any[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** `log --format json`, as objects. */
export function logged(cwd: string, args: readonly string[] = [], options?: CliOptions) {
  return jsonLines(ok(cwd, ["log", "--format", "json", ...args], options));
}

/** The tags of an object of `log --format json` as `key=JSON` texts, sorted. */
export function tagTexts(entity: { tags: { key: string; value: unknown }[] }): string[] {
  return entity.tags.map(({ key, value }) => `${key}=${JSON.stringify(value)}`).sort();
}

/** redun's hello world, three jobs. */
export const HELLO = `
import { task } from "redun-git";
export const namespace = "hello_world";
export const getPlanet = task(() => "World");
export const greeter = task({ tags: { team: "qa" } }, (greet: string, thing: string) => \`\${greet}, \${thing}!\`);
/** Say hello to a planet. */
export const main = task(function main(greet = "Hello") { return greeter(greet, getPlanet()); });
`;

export function environment({ env = {}, backend }: CliOptions): NodeJS.ProcessEnv {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run \`npm run build\` first`);
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(REDUN_|NO_COLOR$|FORCE_COLOR$|NODE_|GIT_PAGER$|PAGER$|npm_)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    // The error output of a coloured Node would differ.
    TERM: "dumb",
    TZ: "UTC",
    ...(backend && { REDUN_GIT_BACKEND: backend }),
    ...env,
  };
}
