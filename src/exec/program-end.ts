import { currentJob } from "../engine/context.ts";
import { RecordedError } from "../engine/recorded-error.ts";
import type { TagPair } from "../tag/tag.ts";
import { float, type TagValue } from "../value/value.ts";
import { asFiles } from "./files.ts";
import type { ProgramResult } from "./program-task.ts";
import { type SaidTags, tagsIn } from "./tag-lines.ts";
import type { Usage } from "./usage.ts";

/** What is known of a program that has ended; paths are absolute. */
export interface EndedProgram {
  readonly status: number;
  readonly signal: string | null;
  /** Why it could not be started, in one sentence. */
  readonly problem?: string;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
  readonly outputs: readonly string[];
  /** Whether the outputs were found, and not declared. */
  readonly isFound: boolean;
  readonly more: number;
  readonly missing: readonly string[];
  /** Not all of its output could be handed on, and the listener was told why. */
  readonly isOutputLost?: boolean;
  readonly usage: Usage;
}

/** Lines of the end of stderr that the error of a failed program shows. */
const SHOWN_LINES = 20;

/** Tags the job that the caller is part of, and its execution, with what its program said. */
export function applySaid({ job, execution }: SaidTags): void {
  tagHere(tagsIn(job), tagsIn(execution));
}

export function tagHere(jobTags: readonly TagPair[], executionTags: readonly TagPair[]): void {
  const here = currentJob()!;
  here.run.tag(undefined, here.job, { tags: [], jobTags, executionTags });
}

/**
 * The result that is recorded of a program, as whose job the caller runs; it is tagged with what the
 * system told of it.
 * @throws RecordedError ExitStatus for a status other than 0, with the same facts
 */
export function programResult(name: string, ended: EndedProgram): ProgramResult {
  const { status, stdout, stderr, outputs, isFound, more, missing } = ended;
  tagProgram(status, ended.usage);
  const files = asFiles(outputs);
  const result: ProgramResult = {
    ...(files.length > 0 && { [isFound ? "found_outputs" : "outputs"]: files }),
    ...(more > 0 && { more_found_outputs: more }),
    ...(missing.length > 0 && { missing_outputs: missing }),
    ...(stdout !== undefined && { stdout }),
    ...(stderr !== undefined && { stderr }),
  };
  if (status === 0) return result;
  throw failedProgram(name, ended, result);
}

/** Tags the job that the caller is part of with the system's measurements of its program. */
export function tagProgram(status: number, usage: Usage): void {
  const here = currentJob()!;
  here.run.tagJob(here.job!, usageTags(status, usage));
}

/** The error for a program that ended with a status other than 0; it shows the end of stderr. */
export function failedProgram(
  name: string,
  {
    status,
    signal,
    problem,
    stderr,
  }: Pick<EndedProgram, "status" | "signal" | "problem" | "stderr">,
  result: object,
): RecordedError {
  const what = problem ?? `${name} ended with ${signal ?? `status ${status}`}.`;
  const message = [what, ...lastLines(stderr)].join("\n");
  return new RecordedError("ExitStatus", message, {
    status,
    ...(signal !== null && { signal }),
    ...result,
  });
}

function lastLines(stderr: unknown): string[] {
  const text = typeof stderr === "string" ? stderr : (stderr as { tail?: string })?.tail;
  return text ? text.trimEnd().split("\n").slice(-SHOWN_LINES) : [];
}

/** The system's measurements of a program, as tags of its job: seconds and bytes. */
function usageTags(status: number, usage: Usage): TagPair[] {
  const { userTime, systemTime, peakMemory } = usage;
  const tags: [string, TagValue | undefined][] = [
    ["exit_status", status],
    ["user_time", userTime === undefined ? undefined : float(userTime)],
    ["system_time", systemTime === undefined ? undefined : float(systemTime)],
    ["peak_memory", peakMemory],
  ];
  return tags.filter((tag): tag is [string, TagValue] => tag[1] !== undefined);
}
