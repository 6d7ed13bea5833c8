import { existsSync } from "node:fs";
import type { GitBackend, Oid, Repository } from "../git/backend.ts";
import { committedAt } from "../git/commit.ts";
import { loadConfig } from "../git/files/config.ts";
import { findRepository } from "../git/files/repository.ts";
import { deferredBackend } from "../git/open.ts";
import { indexPath, indexSize, openIndexFile } from "../index/index-file.ts";
import { IndexReader } from "../index/reader.ts";
import { indexedTip } from "../index/stamp.ts";
import { chosenRef, isTracking, type LogChoice } from "../log/ref.ts";
import { parsePath } from "../record/layout.ts";

/** One of a repository's logs. */
export interface LogSummary {
  readonly ref: string;
  readonly commit: Oid;
  readonly executions: number;
  /** When its newest commit was made, in milliseconds since 1970. */
  readonly changed: number;
  /** Bytes of its local index; 0 when there is none yet. */
  readonly indexBytes: number;
  /** It is the one that commands read and write by default. */
  readonly isDefault: boolean;
  /** It is what a remote had at the last fetch, not a log of our own. */
  readonly isTracking: boolean;
}

/**
 * The logs of the repository that `cwd` is in, in order of name: those of `refs/redun/`, and the
 * chosen one wherever it is.
 * @throws RedunError NOT_A_REPOSITORY, BAD_CONFIG, USAGE
 */
export async function listLogs(choice: LogChoice, cwd: string): Promise<LogSummary[]> {
  const repository = findRepository(cwd);
  const chosen = chosenRef(choice, loadConfig(repository));
  const backend = deferredBackend(repository);
  try {
    const refs = new Map(await backend.refs("refs/redun/"));
    const tip = await backend.resolve(chosen);
    if (tip) refs.set(chosen, tip);
    const logs: LogSummary[] = [];
    for (const [ref, commit] of refs) {
      logs.push({
        ref,
        commit,
        executions: await countExecutions(backend, ref, commit),
        changed: committedAt(await backend.commit(commit)) * 1000,
        indexBytes: indexSize(indexPath(repository, ref)),
        isDefault: ref === chosen,
        isTracking: isTracking(ref),
      });
    }
    return logs;
  } finally {
    await backend.close();
  }
}

/** Asks the index if it is there and up to date, else the tree. */
async function countExecutions(backend: GitBackend, ref: string, tip: Oid): Promise<number> {
  const counted = countInIndex(backend.repository, ref, tip);
  if (counted !== null) return counted;
  let executions = 0;
  for await (const { path } of backend.changes(null, tip)) {
    if (parsePath(path)?.kind === "execution") executions++;
  }
  return executions;
}

function countInIndex(repository: Repository, ref: string, tip: Oid): number | null {
  if (!existsSync(indexPath(repository, ref))) return null;
  const { database, close } = openIndexFile(repository, ref);
  try {
    return indexedTip(database) === tip ? new IndexReader(database).counts().executions : null;
  } finally {
    close();
  }
}
