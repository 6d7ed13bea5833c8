/** Clones with a log, made in this process: records enough to tell whose is whose. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GitBackend } from "../../src/git/backend.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { Log } from "../../src/log/log.ts";
import { tagEditFile, tagMessage } from "../../src/log/tag-edits.ts";
import { outcomeFile, startFile } from "./made-records.ts";
import { type TemporaryRepository, temporaryRepository } from "./repository.ts";

export interface Clone extends TemporaryRepository {
  readonly backend: GitBackend;
  readonly log: Log;
  /** Records a run, and gives its id. */
  run(nonce: string): Promise<string>;
  /** Adds a tag to an entity. */
  tag(entity: string, key: string, value: string): Promise<void>;
  /** The names of the runs in the log, sorted. */
  runs(ref?: string): string[];
}

/** A repository whose remote `origin` is `url`, with one commit of `who`'s own. */
export function clone(url: string | null, who = "test", kind = "native"): Clone {
  const repository = temporaryRepository();
  const text = JSON.stringify;
  const user = `[user]\n\tname = ${text(who)}\n\temail = ${text(`${who}@example.com`)}\n`;
  const fetch = "\tfetch = +refs/heads/*:refs/remotes/origin/*\n";
  const remote = url ? `[remote "origin"]\n\turl = ${text(url)}\n${fetch}` : "";
  // As `git config` and `git remote add` would, without their processes.
  appendFileSync(join(repository.dir, ".git/config"), user + remote);
  writeFileSync(join(repository.dir, "README"), who);
  return cloneIn(repository, kind, true);
}

/**
 * As `clone`, of a repository that is there already.
 * @param isPlain whether records can be written without git: by the contract of the backends that is the same log
 */
export function cloneIn(repository: TemporaryRepository, kind = "native", isPlain = false): Clone {
  const open = kind === "native" ? openNative : openIsomorphic;
  const backend = open(findRepository(repository.dir));
  opened.push(backend);
  const log = new Log(backend, "refs/redun/main");
  const writer = isPlain ? new Log(openIsomorphic(backend.repository), log.ref) : log;
  return {
    ...repository,
    backend,
    log,
    async run(nonce) {
      const started = new Date(1_795_000_000_000 + counter++).toISOString();
      const code = {};
      const start = { task: "main", argv: [nonce], started, user: "u", host: "h", code };
      const { id, file } = startFile({ ...start, tags: [], nonce });
      const end = outcomeFile(started, { execution: id, status: "DONE", ended: started });
      await writer.append([file, end], `run ${nonce}\n`);
      return id;
    },
    async tag(entity, key, value) {
      const edits = {
        entity,
        type: "Execution",
        edits: [{ tag: [key, value], parents: [] }],
      } as const;
      await writer.append([tagEditFile(edits, "sha1")], tagMessage([edits]));
    },
    runs(ref = "refs/redun/main") {
      const text = repository.git("grep", "-h", "-A1", "^argv:", ref, "--", "executions");
      return [...text.matchAll(/^ {2}- (.+)$/gm)].map(([, name]) => name!).sort();
    },
  };
}

/** Ends the git processes of every clone; without it the test's own process would not end. */
export async function closeClones(): Promise<void> {
  await Promise.all(opened.splice(0).map((backend) => backend.close()));
}

const opened: GitBackend[] = [];
let counter = 0;
