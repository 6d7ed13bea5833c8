import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readJob } from "../provenance/read.ts";
import { compareCodePoints } from "../value/code-points.ts";
import type { File } from "../value/file.ts";
import { filesIn } from "../value/files-in.ts";
import { contentId } from "../value/oid.ts";
import { recordedText } from "./file-texts.ts";
import { notebookWithoutOutputs } from "./notebooks.ts";

/** A path at which two executions saw different contents. */
export interface FileChange {
  readonly path: string;
  /** In the order in which its jobs took and gave them; empty where it did not touch the path. */
  readonly before: readonly File[];
  readonly after: readonly File[];
  /** All of these are one notebook, whose cells' outputs alone differ. False where not all contents are here. */
  readonly isOutputAlone: boolean;
}

export interface FileComparison {
  /** In the order of their paths. */
  readonly changed: readonly FileChange[];
  /** There were more jobs than are read: the rest may have touched other files. */
  readonly isCut: boolean;
}

/** The most jobs of an execution that are read. */
const MAX_JOBS = 5000;
/** The most contents of a notebook that are read. */
const MAX_CONTENTS = 20;

/** The files that the jobs of two executions took and gave, except those in values too large for them. */
export async function compareFiles(
  log: IndexedLog,
  before: ExecutionRow,
  after: ExecutionRow,
): Promise<FileComparison> {
  const [was, is] = [await filesOf(log, before), await filesOf(log, after)];
  const paths = [...new Set([...was.files.keys(), ...is.files.keys()])].sort(compareCodePoints);
  const changed: FileChange[] = [];
  for (const path of paths) {
    const sides = { before: contents(was, path), after: contents(is, path) };
    const ids = (files: readonly File[]) => files.map((file) => contentId(file)).join();
    if (ids(sides.before) === ids(sides.after)) continue;
    changed.push({ path, ...sides, isOutputAlone: await isOneNotebook(path, sides, log) });
  }
  return { changed, isCut: was.isCut || is.isCut };
}

async function isOneNotebook(
  path: string,
  { before, after }: Pick<FileChange, "before" | "after">,
  log: IndexedLog,
): Promise<boolean> {
  const files = [...before, ...after];
  if (!path.endsWith(".ipynb") || before.length === 0 || after.length === 0) return false;
  if (files.length > MAX_CONTENTS) return false;
  const cells = new Set<string | null>();
  for (const file of files) {
    const text = await recordedText(file, log.log.backend);
    cells.add(text === null ? null : notebookWithoutOutputs(text));
    if (cells.size > 1 || cells.has(null)) return false;
  }
  return true;
}

interface Seen {
  /** By path, then by what distinguishes contents. */
  readonly files: Map<string, Map<string, File>>;
  readonly isCut: boolean;
}

async function filesOf(log: IndexedLog, { seq }: ExecutionRow): Promise<Seen> {
  const files: Seen["files"] = new Map();
  const rows = log.index.jobsOf(seq);
  for (const row of rows.slice(0, MAX_JOBS)) {
    const job = await readJob(log, row);
    for (const file of filesIn([job.args, job.result, job.files?.args, job.files?.result])) {
      const known = files.get(file.path) ?? new Map<string, File>();
      files.set(file.path, known.set(contentId(file), file));
    }
  }
  return { files, isCut: rows.length > MAX_JOBS };
}

function contents({ files }: Seen, path: string): readonly File[] {
  return [...(files.get(path)?.values() ?? [])];
}
