import type { JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { Job } from "../record/records.ts";
import { HIDDEN } from "../redact.ts";
import { plain } from "../value/plain.ts";

/** Why a program ran although an equal one had ended well. */
export type ProgramReason =
  /** Nobody asked for an earlier one. */
  | "not asked"
  /** One of them may have read something from its standard input. */
  | "stdin"
  /** A secret was cut from its words or variables. */
  | "secret"
  /** The earlier one had not made what was declared, or more than is recorded. */
  | "outputs";

/** Null for what is not a program, and where its files tell. */
export function programReason(
  { index }: IndexedLog,
  row: JobRow,
  job: Job,
  earlier: Job,
): ProgramReason | null {
  const command = commandOf(job);
  if (!command) return null;
  const argv = index.execution(row.execution)?.argv ?? [];
  // How a step was asked for, its execution's command line does not say.
  const own = argv.slice(0, argv.length - command.length);
  if (job.parent === null && !own.includes("--cached")) return "not asked";
  if ([job, earlier].some(({ tags }) => tags.some(([key]) => key === "stdin"))) return "stdin";
  const env = (job.args as ReadonlyMap<string, unknown>).get("env");
  if (JSON.stringify([command, env]).includes(HIDDEN)) return "secret";
  const given = plain(earlier.result);
  const isPartly =
    typeof given === "object" &&
    given !== null &&
    ("missing_outputs" in given || "more_found_outputs" in given);
  return isPartly ? "outputs" : null;
}

/** Whether a job is a program that `exec` or `step` ran. */
export function isProgram(job: Job): boolean {
  return commandOf(job) !== null;
}

/** The words of a program that `exec` or `step` ran. */
function commandOf({ args }: Job): readonly string[] | null {
  if (!(args instanceof Map) || !args.has("directory")) return null;
  const command: unknown = args.get("command");
  return Array.isArray(command) ? command : null;
}
