/**
 * Partial clones (`git clone --filter`): git fetches what they left out when it is read, one object at a
 * time. Here it is fetched together.
 */
import { spawn } from "node:child_process";
import type { Oid, Repository } from "../backend.ts";
import { cannotStart, gitEnvironment } from "./environment.ts";
import { gitText } from "./process.ts";

/**
 * Brings objects that a partial clone left out, in one request.
 * @returns whether they are here now: the remote that promised them may be out of reach
 * @throws RedunError GIT_FAILED when git cannot be started
 */
export async function bringPromised(
  repository: Repository,
  oids: readonly Oid[],
): Promise<boolean> {
  if (oids.length === 0) return true;
  // Before git packs objects it fetches those that it lacks, all at once; no other command of git
  // 2.30 does so for objects by their ids. The pack itself is of no use.
  const args = ["pack-objects", "--quiet", "--stdout", "--window=0", "--threads=1"];
  return new Promise((done, fail) => {
    const child = spawn("git", args, {
      ...gitEnvironment(repository),
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.on("error", (error) => fail(cannotStart(error)));
    child.on("close", (status) => done(status === 0));
    child.stdin.on("error", () => {});
    child.stdin.end(`${oids.join("\n")}\n`);
  });
}

/** What of a commit's tree a partial clone left out and is not here; nothing is fetched. */
export async function missingOf(repository: Repository, commit: Oid): Promise<Set<Oid>> {
  const missing = new Set<Oid>();
  const args = ["rev-list", "--objects", "--no-object-names", "--missing=print", "--no-walk"];
  const listed = await gitText(repository, [...args, commit]);
  for (const [, oid] of listed.matchAll(/^\?([0-9a-f]+)$/gm)) missing.add(oid!);
  return missing;
}
