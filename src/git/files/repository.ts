import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Repository } from "../backend.ts";
import { askRepository } from "../native/ask.ts";
import { notARepository } from "../refused-repository.ts";
import { plainFile } from "./config.ts";
import { mayAskGit } from "./git-program.ts";
import { readRepository } from "./repository-reader.ts";

/**
 * Finds the repository that `cwd` is in, as git does. A plain one is found by looking at a few
 * files, because every command begins here; in any other case git is asked, or without git the file
 * reader does its best.
 * @throws RedunError NOT_A_REPOSITORY; UNSAFE_REPOSITORY for one that git does not trust,
 * UNSUPPORTED_REPOSITORY, GIT_FAILED
 */
export function findRepository(cwd: string, env: NodeJS.ProcessEnv = process.env): Repository {
  const own = { ...env };
  const plain = plainRepository(cwd, own);
  if (plain) return plain;
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) throw notARepository(cwd);
  return mayAskGit(own) ? askRepository(cwd, own) : readRepository(cwd, own);
}

/**
 * The repository of the nearest folder above that has anything to do with git, where that is a plain
 * `.git` directory: it and its work tree are our own, no variable says otherwise, and its settings
 * are plain lines that neither move the work tree nor extend the format. Else null.
 */
export function plainRepository(cwd: string, env: NodeJS.ProcessEnv): Repository | null {
  const isUnusual = (name: string) => name.startsWith("GIT_") && !USUAL.test(name);
  if (Object.keys(env).some((name) => isUnusual(name) && env[name] !== undefined)) return null;
  const user = process.geteuid?.();
  if (user === undefined) return null;
  try {
    const start = realpathSync(cwd);
    const { dev } = statSync(start);
    for (let folder = start; ; folder = dirname(folder)) {
      const stat = lstatSync(folder);
      // git stops at the border of a file system.
      if (stat.dev !== dev || !stat.isDirectory()) return null;
      const gitDir = join(folder, ".git");
      const found = lstatSync(gitDir, { throwIfNoEntry: false });
      if (found) {
        const isOwn = found.isDirectory() && found.uid === user && stat.uid === user;
        return isOwn && isPlain(gitDir) ? plainAt(gitDir, folder, env) : null;
      }
      // It may be a bare repository.
      if (existsSync(join(folder, "HEAD")) || folder === dirname(folder)) return null;
    }
  } catch {
    return null;
  }
}

/** Variables that have nothing to say about where a repository is, nor whether it is trusted. */
const USUAL =
  /^GIT_(?:(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|(?:SEQUENCE_)?EDITOR|PAGER(?:_IN_USE)?|SSH(?:_COMMAND|_VARIANT)?|ASKPASS|TERMINAL_PROMPT|EXEC_PATH|TEMPLATE_DIR|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|TRACE\w*|OPTIONAL_LOCKS|PREFIX|REFLOG_ACTION|INDEX_FILE|MERGE_AUTOEDIT|SSL_\w+|HTTP_\w+|PS1_\w+|NO_REPLACE_OBJECTS|ALLOW_PROTOCOL|PROTOCOL)$/;

/** What git itself looks for in a git directory, and nothing that makes it more than that. */
function isPlain(gitDir: string): boolean {
  for (const name of ["objects", "refs"]) {
    const path = join(gitDir, name);
    accessSync(path, constants.X_OK);
    if (!lstatSync(path).isDirectory()) return false;
  }
  if (existsSync(join(gitDir, "commondir"))) return false;
  const head = join(gitDir, "HEAD");
  const isFile = lstatSync(head).isFile();
  return isFile && /^(?:ref: refs\/[^\s]+|[0-9a-f]{40})\n$/.test(readFileSync(head, "utf8"));
}

function plainAt(gitDir: string, workTree: string, env: NodeJS.ProcessEnv): Repository | null {
  for (const { key, value } of plainFile(join(gitDir, "config")) ?? [UNKNOWN]) {
    const isPlain =
      key === "core.bare"
        ? value === "false"
        : key === "core.repositoryformatversion"
          ? value === "0" || value === "1"
          : key !== "core.worktree" && !key.startsWith("extensions.");
    if (!isPlain) return null;
  }
  return { gitDir, commonDir: gitDir, workTree, objectFormat: "sha1", refFormat: "files", env };
}

const UNKNOWN = { key: "extensions.unknown", value: "" };
