/** What tombstones leave of the union of two logs. */
import type { NewFile, Oid, StoredFile } from "../git/backend.ts";
import { parsePath } from "../record/layout.ts";
import type { Log } from "./log.ts";
import { twoContents } from "./merge-checks.ts";
import type { Kept, Tombstones } from "./tombstones.ts";

/** What has to change in one log's files to make them those of the union. */
export interface Difference {
  readonly files: readonly (NewFile | StoredFile)[];
  readonly removed: readonly string[];
}

export const isSame = ({ files, removed }: Difference): boolean =>
  files.length + removed.length === 0;

/** The files that two logs do not share. */
export interface Found {
  readonly gains: readonly StoredFile[];
  readonly lacks: readonly StoredFile[];
  /** Paths of records that have a content in each. */
  readonly twice: readonly string[];
}

interface Side {
  readonly commit: Oid;
  readonly name: string;
  readonly files: Map<string, NewFile | StoredFile>;
  readonly removed: Set<string>;
}

/**
 * Takes out of the files of two logs what the tombstones of both cover. What both share needs no look:
 * no tombstone of the log that has it covers it.
 * @throws RedunError LOG_CORRUPT for a record with two contents that are not the same without what was
 * redacted
 */
export async function withoutRemoved(
  log: Log,
  tombstones: Tombstones,
  commits: { readonly ours: Oid; readonly theirs: Oid; readonly name: string },
  { gains, lacks, twice }: Found,
): Promise<{ gains: Difference; lacks: Difference }> {
  const format = log.backend.repository.objectFormat;
  const side = (commit: Oid, name: string): Side => {
    return { commit, name, files: new Map(), removed: new Set() };
  };
  const ours = side(commits.ours, log.ref);
  const theirs = side(commits.theirs, commits.name);
  await divide(gains, ours, theirs);
  await divide(lacks, theirs, ours);
  for (const path of twice) {
    const texts = [await textAt(ours, path), await textAt(theirs, path)];
    const kept = await Promise.all(
      texts.map((text) => tombstones.kept({ path, text: text! }, format)),
    );
    if (kept[0]?.text !== kept[1]?.text) throw twoContents(path, ours.name, theirs.name);
    for (const [at, one] of [ours, theirs].entries()) {
      if (!kept[0]) one.removed.add(path);
      else if (texts[at] !== kept[0].text) one.files.set(path, asFile(kept[0]));
    }
  }
  return { gains: differenceOf(ours), lacks: differenceOf(theirs) };

  /** Files that one side has alone: the other gets them, or both what is left of them. */
  async function divide(files: readonly StoredFile[], to: Side, from: Side): Promise<void> {
    for (const file of files) {
      const { path } = file;
      const place = parsePath(path);
      if (tombstones.isRemoved(place)) from.removed.add(path);
      else if (!tombstones.mayBeRedacted(place)) to.files.set(path, file);
      else await divideRedacted(file, to, from);
    }
  }

  async function divideRedacted(file: StoredFile, to: Side, from: Side): Promise<void> {
    const { path } = file;
    for await (const { text } of log.read([file.oid])) {
      const given = { path, text };
      const kept = await tombstones.kept(given, format);
      if (kept === given) {
        to.files.set(path, file);
        continue;
      }
      if (kept?.path !== path) from.removed.add(path);
      if (!kept) continue;
      for (const one of [to, from]) {
        if ((await textAt(one, kept.path)) !== kept.text) one.files.set(kept.path, asFile(kept));
      }
    }
  }

  async function textAt({ commit }: Side, path: string): Promise<string | null> {
    const bytes = await log.backend.readPath(commit, path);
    return bytes && Buffer.from(bytes).toString("utf8");
  }
}

function asFile({ path, text }: Kept): NewFile {
  return { path, bytes: Buffer.from(text, "utf8") };
}

function differenceOf({ files, removed }: Side): Difference {
  return { files: [...files.values()], removed: [...removed] };
}
