/**
 * Records without what a tombstone says was removed from them. The same record and redactions give the
 * same text wherever that is done, redactions in any order, once or again: so clones agree.
 */
import { isRedacted, REDACTED_TEXT, redacted } from "../value/redacted.ts";
import type { DecodedRecord } from "./decode-at.ts";
import { executionYaml, jobsYaml, outcomeYaml, tagsYaml } from "./encode.ts";
import type { Execution, Job, Outcome, Redaction, TagEdits } from "./records.ts";

/**
 * The text of a record without what was redacted, null where nothing of it remains; undefined where the
 * record has none of it.
 * @param text the record's own
 */
export function withoutRedacted(
  decoded: DecodedRecord,
  redactions: readonly Redaction[],
  text: string,
): string | null | undefined {
  switch (decoded.kind) {
    case "execution": {
      const { record } = decoded;
      const cut = cutExecution(record, redactions);
      return cut === record ? undefined : executionYaml(cut, record.id);
    }
    case "jobs": {
      const { record } = decoded;
      const jobs = record.jobs.map((job) => cutJob(job, redactions));
      const tagged = record.tagged.map((one) => {
        if (one.type !== "Job" && (one.type !== "Execution" || one.id !== record.execution))
          return one;
        const keys = keysOf(redactions, one.type === "Job" ? one.id : undefined);
        const tags = one.tags.filter(([key]) => !keys.has(key));
        return tags.length === one.tags.length ? one : { ...one, tags };
      });
      const isSame =
        jobs.every((job, at) => job === record.jobs[at]) &&
        tagged.every((one, at) => one === record.tagged[at]);
      return isSame ? undefined : jobsYaml({ ...record, jobs, tagged });
    }
    case "outcome": {
      const { record } = decoded;
      const cut = cutOutcome(record, redactions);
      return cut === record ? undefined : outcomeYaml(cut);
    }
    case "tags":
      return cutEdits(decoded.record, redactions, text);
    default:
      return undefined;
  }
}

function cutExecution(execution: Execution, redactions: readonly Redaction[]): Execution {
  const keys = keysOf(redactions, undefined);
  const words = new Set(
    redactions.flatMap(({ part, name }) => (part === "argv" && name !== undefined ? [name] : [])),
  );
  const argv = execution.argv.map((word, at) => (words.has(String(at)) ? REDACTED_TEXT : word));
  const tags = execution.tags.filter(([key]) => !keys.has(key));
  const isSame =
    tags.length === execution.tags.length && argv.every((word, at) => word === execution.argv[at]);
  return isSame ? execution : { ...execution, argv, tags };
}

function cutOutcome(outcome: Outcome, redactions: readonly Redaction[]): Outcome {
  const isCut = redactions.some(({ job, part }) => job === undefined && part === "reason");
  if (!isCut || (outcome.reason ?? REDACTED_TEXT) === REDACTED_TEXT) return outcome;
  return { ...outcome, reason: REDACTED_TEXT };
}

function cutJob(job: Job, redactions: readonly Redaction[]): Job {
  const own = redactions.filter((one) => one.job === job.id);
  let cut = job;
  for (const { part, name } of own) cut = cutPart(cut, part, name);
  return cut;
}

function cutPart(job: Job, part: Redaction["part"], name: string | undefined): Job {
  switch (part) {
    case "args": {
      const args = withoutArgument(job.args, name ?? "");
      const alone = withoutCopies(job, "args");
      return args === job.args ? alone : { ...alone, args };
    }
    case "result": {
      const alone = withoutCopies(job, "result");
      if ("error" in job && !isRedacted(job.error)) return { ...alone, error: redacted(job.error) };
      if ("result" in job && !isRedacted(job.result)) {
        return { ...alone, result: redacted(job.result) };
      }
      return alone;
    }
    case "returned": {
      if (job.returned === undefined || isRedacted(job.returned)) return job;
      return { ...job, returned: redacted(job.returned) };
    }
    case "tag": {
      const tags = job.tags.filter(([key]) => key !== name);
      return tags.length === job.tags.length ? job : { ...job, tags };
    }
    default:
      return job;
  }
}

/** Arguments without the one of a name, or of a place where they have none. */
function withoutArgument(args: Job["args"], name: string): Job["args"] {
  const entries: [string, unknown][] = [...args.entries()].map(([key, value]) => [
    String(key),
    value,
  ]);
  const cut = entries.find(([key, value]) => key === name && !isRedacted(value));
  if (cut === undefined) return args;
  cut[1] = redacted(cut[1]);
  return args instanceof Map ? new Map(entries) : entries.map(([, value]) => value);
}

/** Without the fields that repeat what was in an argument or result. */
function withoutCopies(job: Job, part: "args" | "result"): Job {
  const { files, imported, missed } = job;
  let cut = job;
  if (files?.[part]) {
    const { [part]: _, ...rest } = files;
    cut = { ...cut, files: Object.keys(rest).length > 0 ? rest : undefined };
  }
  if (imported?.values) {
    const { values: _, ...rest } = imported;
    cut = { ...cut, imported: Object.keys(rest).length > 0 ? rest : undefined };
  }
  if (part === "args" && missed?.files) {
    const { files: _, ...rest } = missed;
    cut = { ...cut, missed: rest };
  }
  return cut;
}

/** Tags that were written of a key which was redacted, and the comments that say what tags were. */
function cutEdits(
  record: TagEdits,
  redactions: readonly Redaction[],
  text: string,
): string | null | undefined {
  const job = record.type === "Job" ? record.entity : undefined;
  const keys = keysOf(redactions, job);
  if (keys.size === 0 || (record.type !== "Job" && record.type !== "Execution")) return undefined;
  const edits = record.edits.filter(({ tag }) => tag === null || !keys.has(tag[0]));
  const mayTell = /^ +- ["']?[0-9a-f]{40}["']? +#/m.test(text);
  if (edits.length === record.edits.length && !mayTell) return undefined;
  return edits.length === 0 ? null : tagsYaml({ ...record, edits });
}

/** The keys of tags that were redacted of an execution (undefined) or of a job. */
function keysOf(redactions: readonly Redaction[], of: string | undefined): ReadonlySet<string> {
  return new Set(
    redactions.flatMap(({ job, part, name }) =>
      part === "tag" && job === of && name !== undefined ? [name] : [],
    ),
  );
}
