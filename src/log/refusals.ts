/** What a merge does not let in. */
import { RedunError } from "../errors.ts";
import { type Change, FILE_MODE, type StoredFile } from "../git/backend.ts";
import { namesOf } from "../git/files/path-names.ts";
import { parsePath } from "../record/layout.ts";
import { checkName } from "../record/name.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import type { Log } from "./log.ts";

/**
 * Only ordinary files come in: a link or a submodule in a log can only be meant to harm.
 * @throws RedunError BAD_RECORD
 */
export function expectFile({ path, mode }: Change, name: string): void {
  namesOf(path);
  if (mode === FILE_MODE) return;
  const kinds: Record<string, string> = { "120000": "a symbolic link", "160000": "a submodule" };
  throw new RedunError(
    "BAD_RECORD",
    `${name} holds ${path}, which is ${kinds[mode] ?? `a file of mode ${mode}`}.`,
    `A log holds ordinary files of mode ${FILE_MODE} alone. Nothing was taken.`,
  );
}

/**
 * A path of others' files may lead through what is a file in the other log.
 * @throws RedunError FILE_CONFLICT
 */
export function expectNoFolderAsFile(files: readonly StoredFile[]): void {
  const paths = new Set(files.map(({ path }) => path));
  for (const path of paths) {
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      if (paths.has(path.slice(0, end))) throw conflict(path.slice(0, end));
    }
  }
}

/**
 * A record whose name is not its content's id must say that it came with it from elsewhere.
 * @throws RedunError LOG_CORRUPT
 */
export async function expectImported(
  log: Log,
  files: readonly StoredFile[],
  name: string,
): Promise<void> {
  const rest = files.values();
  for await (const { oid, text } of log.read(files.map((file) => file.oid))) {
    const { path } = rest.next().value!;
    try {
      checkName(path, parsePath(path)!, oid, await readAnyYaml(text));
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      throw misnamedRecord(path, name, error);
    }
  }
}

/** The error for a path that is not the same file in both logs. */
export function twoContents(path: string, ours: string, theirs: string): RedunError {
  if (parsePath(path) === null) return conflict(path);
  return new RedunError(
    "LOG_CORRUPT",
    `${path} is not the same file in ${ours} and in ${theirs}. Nothing was taken.`,
    "A record never changes, so one of the two is damaged or forged: compare them with `git diff`.",
  );
}

function misnamedRecord(path: string, theirs: string, cause: RedunError): RedunError {
  return new RedunError(
    "LOG_CORRUPT",
    `${path} in ${theirs} is damaged or forged. ${cause.message} Nothing was taken.`,
    "Whoever has the log that it came from can look for the commit: `git log --all -- <path>`.",
    { cause },
  );
}

function conflict(path: string): RedunError {
  return new RedunError(
    "FILE_CONFLICT",
    `${path} differs between the two logs, and is none of redun-git's files. Nothing was taken.`,
    "Make the two alike, or merge the branches with `git merge`; the records will not conflict.",
  );
}
