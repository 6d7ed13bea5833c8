/** A log made in this process: much faster than by commands, for tests that only read it. */
import { inspect } from "node:util";
import { Scheduler, type Tags, task } from "../../src/api.ts";
import { blobId } from "../../src/value/oid.ts";
import { prepared, type TemporaryRepository, temporaryRepository } from "./repository.ts";

export const LARGE = `a long text: ${"x".repeat(3000)}`;

const greeter = task({ name: "greeter", namespace: "sample", tags: { team: "qa" } }, greet);
const large = task({ name: "large", namespace: "sample" }, (_: unknown) => LARGE);
const echo = task({ name: "echo", namespace: "sample" }, (value: unknown) => value);
const main = task({ name: "main", namespace: "sample" }, (name: string) => {
  return [greeter("Hello", name), large([])];
});
const fail = task({ name: "fail", namespace: "sample" }, (why: string): string => {
  throw new RangeError(why);
});

function greet(greeting: string, name: string): string {
  return `${greeting}, ${name}!`;
}

export interface SampleRun {
  /** Recorded as the whole command line. */
  readonly argv: readonly string[];
  readonly tags?: Tags;
  readonly user?: string;
  readonly doc?: string;
  /** Runs the task that fails. */
  readonly fails?: boolean;
  /** Runs a task that gives this value back, in the place of `main`. */
  readonly echo?: unknown;
}

/** A repository with one commit, and these runs in its log, one after the other. */
export async function sampleLog(
  runs: readonly SampleRun[],
  prepare?: (repository: TemporaryRepository) => void,
): Promise<TemporaryRepository> {
  if (prepare) return makeLog(runs, prepare);
  const key = inspect(runs, { depth: null, maxArrayLength: null, maxStringLength: null });
  const copy = made.get(key) ?? makeLog(runs, () => {}).then((log) => prepared(() => log));
  made.set(key, copy);
  return (await copy)();
}

/** Logs of which each test that asks for the same runs gets a copy. */
const made = new Map<string, Promise<() => TemporaryRepository>>();

async function makeLog(
  runs: readonly SampleRun[],
  prepare: (repository: TemporaryRepository) => void,
): Promise<TemporaryRepository> {
  const repository = temporaryRepository({ commit: true });
  prepare(repository);
  for (const run of runs) await record(repository.dir, run);
  return repository;
}

async function record(cwd: string, { fails, echo: value, ...options }: SampleRun): Promise<void> {
  const before = process.env.REDUN_GIT_BACKEND;
  process.env.REDUN_GIT_BACKEND = "isomorphic";
  try {
    const expression = fails ? fail("on purpose") : value === undefined ? main("you") : echo(value);
    await new Scheduler({ cwd }).run<unknown>(expression, options).catch(() => {});
  } finally {
    if (before === undefined) delete process.env.REDUN_GIT_BACKEND;
    else process.env.REDUN_GIT_BACKEND = before;
  }
  // Two runs in one millisecond have no order.
  await new Promise((done) => setTimeout(done, 2));
}

/** The first whole number whose value id begins as asked for. */
export function numberWithId(pattern: RegExp): { value: number; id: string } {
  for (let value = 1; ; value++) {
    const id = blobId(`${value}\n`);
    if (pattern.test(id)) return { value, id };
  }
}
