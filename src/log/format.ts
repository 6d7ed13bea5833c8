import { isUtf8 } from "node:buffer";
import { RedunError } from "../errors.ts";
import type { GitBackend, NewFile, Oid } from "../git/backend.ts";
import { formatYaml } from "../record/encode.ts";
import { FORMAT_PATH } from "../record/layout.ts";
import { FORMAT_WITH_TOMBSTONES } from "../record/records.ts";
import { blobId } from "../value/oid.ts";
import { readAnyYaml } from "../value/yaml-any.ts";

/** The file that makes a tree a log. */
export function formatFile(version?: number): NewFile {
  return { path: FORMAT_PATH, bytes: Buffer.from(formatYaml(version), "utf8") };
}

/**
 * The version of the format that a commit's tree is in; null where the tree has no format file:
 * it is no log (yet). `name` says in errors what the commit is.
 * @throws RedunError FORMAT_TOO_NEW, BAD_RECORD
 */
export async function readFormat(
  backend: GitBackend,
  commit: Oid,
  name: string,
): Promise<number | null> {
  const bytes = await backend.readPath(commit, FORMAT_PATH).catch((error) => {
    // A partial clone may lack it, and need not ask for what its id tells.
    const known = blobId(formatYaml(), backend.repository.objectFormat);
    if (error instanceof RedunError && error.message.includes(known)) return formatFile().bytes;
    throw error;
  });
  if (!bytes) return null;
  return checkFormat(isUtf8(bytes) && (await readAnyYaml(Buffer.from(bytes).toString())), name);
}

/** The error for a commit whose tree has no format file. */
export function notALog(
  name: string,
  hint = "`redun-git logs` lists the logs of this repository.",
): RedunError {
  return new RedunError("NOT_A_LOG", `${name} is not a log: it has no ${FORMAT_PATH}.`, hint);
}

/** @throws RedunError FORMAT_TOO_NEW, BAD_RECORD */
export function checkFormat(format: unknown, name: string): number {
  const fields = (format || {}) as { format?: unknown; version?: unknown };
  const version = fields.version as number;
  if (fields.format !== "redun-git" || !Number.isSafeInteger(version) || version < 1) {
    throw new RedunError("BAD_RECORD", `${name} has a ${FORMAT_PATH} that is not redun-git's.`);
  }
  if (version <= FORMAT_WITH_TOMBSTONES) return version;
  throw new RedunError(
    "FORMAT_TOO_NEW",
    `${name} is in format ${version}; this redun-git knows formats up to ${FORMAT_WITH_TOMBSTONES}.`,
    "Update redun-git. Nothing was changed.",
  );
}
