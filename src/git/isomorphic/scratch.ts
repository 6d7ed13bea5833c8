import { randomBytes } from "node:crypto";
import { readdirSync, rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Oid, Repository } from "../backend.ts";
import { fateOf, ownerOf, thisProcess, ticketName } from "../files/owner.ts";
import { makeFolder } from "../files/sharing.ts";

/** The one ref of a scratch repository. */
export const OURS = "refs/heads/ours";

/** isomorphic-git fetches nothing for a remote that has no refspec. */
const SCRATCH_CONFIG =
  '[core]\n\tbare = true\n[remote "origin"]\n\tfetch = +refs/*:refs/remotes/origin/*\n';

/** A repository with the real objects and one ref, which is thrown away afterwards. */
export async function inScratch<T>(
  { commonDir }: Repository,
  commit: Oid | null,
  body: (gitdir: string) => Promise<T>,
): Promise<T> {
  const folder = join(commonDir, "redun", "transfers");
  makeFolder(folder);
  removeAbandoned(folder);
  const name = ticketName(thisProcess(), randomBytes(4).toString("hex"));
  const gitdir = join(folder, name);
  makeFolder(gitdir);
  try {
    symlinkSync(join(commonDir, "objects"), join(gitdir, "objects"));
    for (const name of ["refs", "refs/heads"]) makeFolder(join(gitdir, name));
    writeFileSync(join(gitdir, "HEAD"), `ref: ${OURS}\n`);
    writeFileSync(join(gitdir, "config"), SCRATCH_CONFIG);
    if (commit) writeFileSync(join(gitdir, OURS), `${commit}\n`);
    return await body(gitdir);
  } finally {
    rmSync(gitdir, { recursive: true, force: true });
    removeIfEmpty(folder);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another process has its own in it.
  }
}

/** Scratch repositories of processes that were killed. Of others' hosts nothing but the age is known. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    const owner = ownerOf(name);
    const state = owner === null ? "unknown" : fateOf(owner).state;
    if (state === "dead" || (state === "unknown" && age > A_DAY)) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

const A_DAY = 24 * 3600 * 1000;
