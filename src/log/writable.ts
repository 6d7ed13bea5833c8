/** Where a log may be written: not every ref that can be named is for records. */
import { RedunError } from "../errors.ts";
import type { GitBackend, Oid } from "../git/backend.ts";
import { logName, shortRef } from "./ref.ts";

/**
 * Refuses a ref that a log cannot be kept on, before anything is done that would be lost then:
 * one that follows a remote's, a branch that somebody has checked out, a name that git cannot
 * give. `tip` is where the ref points.
 * @throws RedunError BAD_REF
 */
export async function assertWritable(
  backend: GitBackend,
  ref: string,
  tip: Oid | null,
): Promise<void> {
  assertOwn(ref);
  if (ref.startsWith("refs/heads/")) await assertNotCheckedOut(backend, ref);
  if (tip === null) await assertFreeName(backend, ref);
}

/**
 * Refuses the refs that follow those of remotes: fetches write them, and nobody else.
 * @throws RedunError BAD_REF
 */
export function assertOwn(ref: string): void {
  if (!/^refs\/(?:redun\/)?remotes(?:\/|$)/.test(ref)) return;
  throw new RedunError(
    "BAD_REF",
    `${shortRef(ref)} holds what a remote had at the last fetch, and only fetches write it.`,
    "Use a log of your own. `redun-git merge` merges a remote log into it.",
  );
}

/** Its work tree and index would stay behind, and show every record as deleted. */
async function assertNotCheckedOut(backend: GitBackend, ref: string): Promise<void> {
  const folder = await backend.checkedOut(ref);
  if (folder === null) return;
  throw new RedunError(
    "BAD_REF",
    `The branch ${shortRef(ref)} is checked out in ${folder}, so no log can be written there.`,
    "Keep the log on a ref of its own (refs/redun/main, unless git config redun.ref says otherwise), or check out another branch there.",
  );
}

/** To git a ref is a file: it cannot be the folder of another one as well. */
async function assertFreeName(backend: GitBackend, ref: string): Promise<void> {
  const parts = ref.split("/");
  for (let length = 3; length < parts.length; length++) {
    const above = parts.slice(0, length).join("/");
    if ((await backend.resolve(above)) === null) continue;
    throw new RedunError(
      "BAD_REF",
      `${logName(above)} is a log, so no log can have a name below it, such as ${logName(ref)}.`,
      `Choose another name, such as ${logName(ref).replaceAll("/", "-")}.`,
    );
  }
  const [below] = (await backend.refs(`${ref}/`)).keys();
  if (below === undefined) return;
  throw new RedunError(
    "BAD_REF",
    `${logName(below)} is a log, so no log can have the name ${logName(ref)} above it.`,
    "Choose another name.",
  );
}
