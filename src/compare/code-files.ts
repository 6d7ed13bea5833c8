import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { codeThatRan, readExecution, readValue } from "../provenance/read.ts";
import type { Code } from "../record/records.ts";
import { blobId } from "../value/oid.ts";

/** The files of some code, and at which of them a search begins. */
export interface CodeFiles {
  readonly entries: readonly string[];
  /**
   * A file's text, by its path from the top; null where there is none.
   * @throws UnknownText
   */
  readonly read: (path: string) => Promise<string | null>;
}

/** Nobody can say what a file held. */
export class UnknownText extends Error {}

const IS_SCRIPT = /\.[cm]?[jt]sx?$/;

/**
 * The code that an execution ran, as far as git has it: its commit, with what differed from that as the
 * record's patch, the work tree or a later commit has it.
 * @throws UnknownText where its commit is not known; RedunError OBJECT_MISSING, BAD_RECORD
 */
export async function codeOfExecution(log: IndexedLog, row: ExecutionRow): Promise<CodeFiles> {
  const record = await readExecution(log, row);
  const code = codeThatRan(record, row);
  const { commit } = code;
  if (commit === undefined) throw new UnknownText();
  const differing = new Map((code.files ?? []).map(({ path, blob }) => [path, blob]));
  return {
    entries: [...record.argv.filter((word) => IS_SCRIPT.test(word)), ...differing.keys()],
    read: async (path) => {
      const blob = differing.get(path);
      if (blob !== undefined) return differingText(log, code, path, blob);
      const bytes = await log.log.backend.readPath(commit, path).catch(() => {
        throw new UnknownText();
      });
      return bytes && Buffer.from(bytes).toString("utf8");
    },
  };
}

/** A file that its commit does not hold as it was. */
async function differingText(
  log: IndexedLog,
  { commit, patch }: Code,
  path: string,
  blob: string,
): Promise<string> {
  const { backend } = log.log;
  const { workTree, objectFormat } = backend.repository;
  const isIt = (text: string) => blobId(text, objectFormat) === blob;
  const now = workTree === null ? null : await textOf(join(workTree, path));
  if (now !== null && isIt(now)) return now;
  if (patch !== undefined) {
    const value = await readValue(log, patch);
    const before = await backend.readPath(commit!, path);
    const { patched } = await import("../source/patched.ts");
    const text = patched(
      String(value?.value),
      path,
      before && Buffer.from(before).toString("utf8"),
    );
    if (text !== null && isIt(text)) return text;
  }
  try {
    for await (const { bytes } of backend.read([blob])) return Buffer.from(bytes).toString("utf8");
  } catch {
    // It was never committed.
  }
  throw new UnknownText();
}

/** The code as it is now; null where there is no work tree. */
export function codeOfWorkTree({ log }: IndexedLog, entries: readonly string[]): CodeFiles | null {
  const { workTree } = log.backend.repository;
  if (workTree === null) return null;
  return { entries, read: (path) => textOf(join(workTree, path)) };
}

function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
