import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { CLI, workflowRepository } from "./cli.ts";
import { recorded } from "./recorded.ts";

/** A repository with a `redun-git` that scripts can start. */
export function programRepository(files: Readonly<Record<string, string>>) {
  const repo = workflowRepository(files);
  const bin = join(repo.dir, ".git/bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "redun-git"), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(join(bin, "redun-git"), 0o755);
  return { ...repo, env: { PATH: `${bin}:${process.env.PATH}` } };
}

/** The one job of a log, or that of a task. */
export function jobOf(dir: string, task?: string) {
  const jobs = recorded(dir).jobs.filter((one) => task === undefined || one.task === task);
  assert.is(jobs.length, 1, `one job${task ? ` of ${task}` : ""}`);
  return jobs[0]!;
}

export function argument(
  of: { args: ReadonlyMap<string, unknown> | readonly unknown[] },
  name: string,
) {
  return (of.args as ReadonlyMap<string, unknown>).get(name);
}

export function paths(files: unknown): string[] {
  return (files as { path: string }[]).map(({ path }) => path);
}
