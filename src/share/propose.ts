import { RedunError } from "../errors.ts";
import type { Oid, StoredFile } from "../git/backend.ts";
import { assertRefName } from "../git/files/refs.ts";
import { readFormat } from "../log/format.ts";
import type { Log } from "../log/log.ts";
import { addedFiles } from "../log/record-counts.ts";
import { proposalMessage } from "../log/tag-edits.ts";
import { parsePath } from "../record/layout.ts";
import { lastSeen, type RemoteLog, wordsFor } from "./remotes.ts";

/** A branch that holds what a remote's log holds and, in one commit, tag edits of ours. */
export interface Proposal {
  /** `refs/heads/...` */
  readonly ref: string;
  readonly commit: Oid;
  /** The files of tag edits that its new commit adds; none where it had them all already. */
  readonly files: readonly string[];
}

/**
 * Puts the tag edits that a remote's log lacks on a branch, as one commit on top of that log, so
 * that they can be reviewed before they are merged. A branch that holds an earlier proposal gets
 * what is new since. It gets only tag edits; runs are facts, and `pushLog` takes them.
 * @param reason for the commit's message; without it, the reasons of the edits themselves
 * @returns null when the remote's log lacks none
 * @throws RedunError BAD_REF for a branch that is checked out or holds something else,
 * REMOTE_FAILED when the remote's log was never seen
 */
export async function proposeTags(
  log: Log,
  remote: RemoteLog,
  branch: string,
  reason: string | undefined,
): Promise<Proposal | null> {
  const { backend } = log;
  const ref = `refs/heads/${branch}`;
  assertRefName(ref);
  const folder = await backend.checkedOut(ref);
  if (folder !== null) {
    throw new RedunError(
      "BAD_REF",
      `The branch ${branch} is checked out in ${folder}.`,
      "Choose another name: the proposal is a branch of its own.",
    );
  }
  const [tip, seen, expected] = await Promise.all([
    log.tip(),
    lastSeen(log, remote),
    backend.resolve(ref),
  ]);
  if (seen === null) {
    const words = wordsFor(remote);
    throw new RedunError(
      "REMOTE_FAILED",
      `A proposal builds on ${remote.ref} of ${remote.name}, which has not been fetched yet.`,
      `Get it with \`redun-git fetch ${words}\`, or create it with \`redun-git push ${words}\`.`,
    );
  }
  if (expected !== null && (await readFormat(backend, expected, branch)) === null) {
    throw new RedunError(
      "BAD_REF",
      `The branch ${branch} holds something other than an earlier proposal.`,
      "Choose another name: the proposal is a branch of its own.",
    );
  }
  const base = expected ?? seen;
  const missing = tip === null ? [] : await addedEdits(log, seen, tip);
  if (missing.length === 0) return null;
  const proposed = new Set((await addedEdits(log, seen, base)).map(({ path }) => path));
  const files = missing.filter(({ path }) => !proposed.has(path));
  if (files.length === 0) return { ref, commit: base, files: [] };
  const entities = files.map(({ entity }) => entity);
  const messages = await messagesOf(log, seen, tip!, files);
  const commit = await backend.append({
    ref,
    expected,
    parents: [base],
    files,
    message: proposalMessage(entities, messages, reason),
  });
  return { ref, commit, files: files.map(({ path }) => path) };
}

/** The files of tag edits that `to` holds and `from` lacks, and what each is about. */
async function addedEdits({ backend }: Log, from: Oid, to: Oid) {
  return (await addedFiles(backend, from, to)).flatMap((file) => {
    const place = parsePath(file.path);
    return place?.kind === "tags" ? [{ ...file, entity: place.entity }] : [];
  });
}

/** The messages of the commits that brought files, the first one first. */
async function messagesOf(
  { backend }: Log,
  from: Oid,
  to: Oid,
  files: readonly StoredFile[],
): Promise<string[]> {
  const wanted = new Set(files.map(({ path }) => path));
  const messages: string[] = [];
  for await (const { commit, files, isAtEdge } of backend.additions({
    from,
    to,
    paths: ["tags"],
  })) {
    if (isAtEdge || !files.some(({ path }) => wanted.has(path))) continue;
    messages.push((await backend.commit(commit)).message);
  }
  return messages.reverse();
}
