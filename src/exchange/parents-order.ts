/** Jobs of other systems may stand in any order; in ours a parent comes before its children. */
import { RedunError } from "../errors.ts";

interface Child {
  readonly id: string;
  readonly parent_id: string | null;
}

/**
 * The jobs in the order given, except that a parent comes before its children and `root` first.
 * @throws RedunError BAD_IMPORT for jobs that are their own ancestors, or have an unknown parent
 */
export function inParentsOrder<Job extends Child>(jobs: readonly Job[], root: string): Job[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const placed = new Set<string>();
  const ordered: Job[] = [];
  const first = byId.get(root);
  for (const start of first ? [first, ...jobs] : jobs) {
    const way: Job[] = [];
    const ids = new Set<string>();
    for (let job: Job | undefined = start; job && !placed.has(job.id); ) {
      if (ids.has(job.id)) {
        throw new RedunError(
          "BAD_IMPORT",
          `Job ${job.id} is its own ancestor. Nothing was imported.`,
        );
      }
      ids.add(job.id);
      way.push(job);
      if (job.parent_id === null) break;
      const parent = byId.get(job.parent_id);
      if (!parent) {
        throw new RedunError(
          "BAD_IMPORT",
          `Job ${job.id} was called by ${job.parent_id}, which is not of its execution.`,
        );
      }
      job = parent;
    }
    for (const job of way.reverse()) {
      placed.add(job.id);
      ordered.push(job);
    }
  }
  return ordered;
}
