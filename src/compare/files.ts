import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readJob } from "../provenance/read.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { type File, filesIn } from "../value/file.ts";
import { contentId } from "../value/oid.ts";

/** A path at which two executions saw different contents. */
export interface FileChange {
  readonly path: string;
  /** In the order in which its jobs took and gave them; empty where it did not touch the path. */
  readonly before: readonly File[];
  readonly after: readonly File[];
}

export interface FileComparison {
  /** In the order of their paths. */
  readonly changed: readonly FileChange[];
  /** There were more jobs than are read; the others may have touched other files. */
  readonly isCut: boolean;
}

/** The most jobs of an execution that are read. */
const MAX_JOBS = 5000;

/** The files that the jobs of two executions took and gave, but for those in values too large for them. */
export async function compareFiles(
  log: IndexedLog,
  before: ExecutionRow,
  after: ExecutionRow,
): Promise<FileComparison> {
  const [was, is] = [await filesOf(log, before), await filesOf(log, after)];
  const paths = [...new Set([...was.files.keys(), ...is.files.keys()])].sort(compareCodePoints);
  const changed = paths.flatMap((path) => {
    const change = { path, before: contents(was, path), after: contents(is, path) };
    const ids = (files: readonly File[]) => files.map((file) => contentId(file)).join();
    return ids(change.before) === ids(change.after) ? [] : [change];
  });
  return { changed, isCut: was.isCut || is.isCut };
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
