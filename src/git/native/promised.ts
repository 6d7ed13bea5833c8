/**
 * Partial clones (`git clone --filter`): git fetches what they left out when it is read, one object at a
 * time. Here it is fetched together.
 */
import { spawn } from "node:child_process";
import type { Oid, Repository } from "../backend.ts";
import { cannotStart, gitEnvironment } from "./environment.ts";
import { gitFields } from "./process.ts";
import { BOUNDED, STREAMED } from "./received.ts";
import { endGit } from "./silence.ts";

/** Objects that one request asks for. What a request brought is not asked for again. */
const ASKED_AT_ONCE = 10_000;

/** What is not here after an hour does not come, in milliseconds. */
const LONGEST_REQUEST = 3_600_000;

/**
 * Brings objects that a partial clone left out, in few requests.
 * @returns whether they are here now: the remote that promised them may be out of reach
 * @throws RedunError GIT_FAILED when git cannot be started
 */
export async function bringPromised(
  repository: Repository,
  oids: readonly Oid[],
  onBrought?: (done: number, total: number) => void,
): Promise<boolean> {
  for (let at = 0; at < oids.length; at += ASKED_AT_ONCE) {
    onBrought?.(at, oids.length);
    if (!(await bringSome(repository, oids.slice(at, at + ASKED_AT_ONCE)))) return false;
  }
  if (oids.length > 0) onBrought?.(oids.length, oids.length);
  return true;
}

function bringSome(repository: Repository, oids: readonly Oid[]): Promise<boolean> {
  // Before git packs objects it fetches those that it lacks, all at once; no other command of git
  // 2.30 does so for objects by their ids. The pack itself is of no use.
  const args = ["pack-objects", "--quiet", "--stdout", "--window=0", "--threads=1"];
  const { cwd, env } = gitEnvironment(repository);
  return new Promise((done, fail) => {
    const child = spawn("git", [...STREAMED, ...args], {
      cwd,
      env: { ...BOUNDED, ...env },
      stdio: ["pipe", "ignore", "ignore"],
    });
    // It says nothing of how far it is.
    const giveUp = () => void endGit(child).then(() => done(false));
    const timer = setTimeout(giveUp, LONGEST_REQUEST).unref();
    child.on("error", (error) => fail(cannotStart(error)));
    child.on("close", (status) => {
      clearTimeout(timer);
      done(status === 0);
    });
    child.stdin.on("error", () => {});
    child.stdin.end(`${oids.join("\n")}\n`);
  });
}

/** What of a commit's tree a partial clone left out and is not here; nothing is fetched. */
export async function missingOf(repository: Repository, commit: Oid): Promise<Set<Oid>> {
  const missing = new Set<Oid>();
  const args = ["rev-list", "--objects", "--no-object-names", "--missing=print", "--no-walk"];
  for await (const line of gitFields(repository, [...args, commit], { separator: "\n" })) {
    if (line.startsWith("?")) missing.add(line.slice(1));
  }
  return missing;
}
