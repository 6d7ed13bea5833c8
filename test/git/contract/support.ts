import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, RedunError } from "../../../src/errors.ts";
import type { Change, GitBackend, Oid, Repository } from "../../../src/git/backend.ts";
import { findRepository } from "../../../src/git/files/repository.ts";
import {
  type TemporaryRepository,
  type TemporaryRepositoryOptions,
  temporaryRepository,
} from "../../support/repository.ts";

export type Open = (repository: Repository) => GitBackend;

/** The ref that tests append to. */
export const REF = "refs/redun/main";

/** Adds a test that has a repository of its own, and a backend on it. */
export type Contract = (
  title: string,
  body: (git: GitBackend, repo: TemporaryRepository) => Promise<void>,
  options?: TemporaryRepositoryOptions,
) => void;

/** Runs tests against one backend as a uvu suite. */
export function contractSuite(title: string, open: Open, define: (test: Contract) => void): void {
  const contract = suite(title);
  define((name, body, options) => {
    contract(name, async () => {
      const repo = temporaryRepository(options);
      const git = open(findRepository(repo.dir));
      try {
        await body(git, repo);
      } finally {
        await git.close();
        repo.remove();
      }
    });
  });
  contract.run();
}

/** Another backend of the same kind on another folder, closed when `body` ends. */
export async function withBackend<T>(
  open: Open,
  folder: string,
  body: (git: GitBackend) => Promise<T>,
): Promise<T> {
  const git = open(findRepository(folder));
  try {
    return await body(git);
  } finally {
    await git.close();
  }
}

/** Appends files given as path and text. */
export function append(
  git: GitBackend,
  expected: Oid | null,
  texts: Readonly<Record<string, string>>,
  message = "a test\n",
  ref = REF,
): Promise<Oid> {
  const files = Object.entries(texts).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  return git.append({ ref, expected, files, message });
}

/** Files that hold their own name. */
export function namedAfterThemselves(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

export async function changesOf(git: GitBackend, from: Oid | null, to: Oid): Promise<Change[]> {
  const found: Change[] = [];
  for await (const change of git.changes(from, to)) found.push(change);
  return found;
}

/** `added a/b`, sorted, because the order is the backend's own. */
export async function describeChanges(
  git: GitBackend,
  from: Oid | null,
  to: Oid,
): Promise<string[]> {
  const found = await changesOf(git, from, to);
  return found.map(({ kind, path }) => `${kind} ${path}`).sort();
}

export async function contents(git: GitBackend, oids: readonly Oid[]): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  let position = 0;
  for await (const { oid, bytes } of git.read(oids)) {
    assert.is(oid, oids[position++]);
    found.push(Uint8Array.from(bytes));
  }
  return found;
}

export async function texts(git: GitBackend, oids: readonly Oid[]): Promise<string[]> {
  return (await contents(git, oids)).map((bytes) => Buffer.from(bytes).toString("utf8"));
}

/** Path and text of every file at a ref, as plain git reads them. */
export function filesAt(repo: Pick<TemporaryRepository, "git">, ref = REF): Record<string, string> {
  const paths = repo.git("ls-tree", "-r", "-z", "--name-only", ref).split("\0").filter(Boolean);
  return Object.fromEntries(paths.map((path) => [path, repo.git("show", `${ref}:${path}`)]));
}

/** git's own check of every object, which prints nothing when all is well. */
export function assertSound(repo: Pick<TemporaryRepository, "git">): void {
  assert.is(repo.git("fsck", "--strict", "--full", "--no-dangling", "--no-progress"), "");
}

/** Fails unless the promise is rejected, with a RedunError of this code if one is given. */
export async function rejects(promise: Promise<unknown>, code?: ErrorCode): Promise<RedunError> {
  const error = await promise.then(
    () => assert.unreachable("it should have been refused"),
    (reason: unknown) => reason,
  );
  assert.instance(error, RedunError, `not a RedunError: ${error}`);
  if (code) assert.is((error as RedunError).code, code, String(error));
  return error as RedunError;
}

/**
 * Runs `body` with some environment variables changed; undefined takes one away.
 * @param env that of the process, or of the repository of a backend that is open already
 */
export async function withEnvironment(
  changed: Readonly<Record<string, string | undefined>>,
  body: () => Promise<void>,
  env = process.env,
): Promise<void> {
  const before = { ...env };
  for (const [name, value] of Object.entries(changed)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  try {
    await body();
  } finally {
    for (const name of Object.keys(changed)) {
      if (before[name] === undefined) delete env[name];
      else env[name] = before[name];
    }
  }
}
