import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { Redaction, Tombstone } from "../record/records.ts";

/** What somebody took out of the records of an execution or a job. */
export interface RedactionView {
  readonly by: string;
  readonly at: Date;
  readonly reason: string | null;
  /** What it was, each once: `argument name`, `tag contact`, `word 5 of the command line`. */
  readonly what: readonly string[];
}

/** What was redacted of an execution with its jobs, or of one of these; the earliest first. */
export async function redactionsOf(
  log: IndexedLog,
  execution: string,
  job?: string,
): Promise<RedactionView[]> {
  const { byId } = await log.tombstones();
  return [...byId.values()]
    .flatMap((tombstone) => {
      const own = tombstone.redacted.filter((one) => {
        return one.execution === execution && (job === undefined || one.job === job);
      });
      return own.length === 0 ? [] : [viewOf(tombstone, own, job !== undefined)];
    })
    .sort((a, b) => +a.at - +b.at);
}

function viewOf(
  { by, at, reason }: Tombstone,
  own: readonly Redaction[],
  isOfJob: boolean,
): RedactionView {
  const what = own.map((one) => {
    const label = labelOf(one);
    return isOfJob || one.job === undefined ? label : `${label} of job ${one.job.slice(0, 8)}`;
  });
  return { by, at: new Date(at), reason: reason ?? null, what: [...new Set(what)] };
}

function labelOf({ part, name }: Redaction): string {
  switch (part) {
    case "args":
      return `argument ${name}`;
    case "argv":
      return `word ${Number(name) + 1} of the command line`;
    case "tag":
      return `tag ${name}`;
    case "returned":
      return "what its function returned";
    case "reason":
      return "why it ended";
    default:
      return part;
  }
}
