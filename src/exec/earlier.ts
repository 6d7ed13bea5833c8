import type { EarlierOutcome } from "../engine/call-settings.ts";
import { recordedPath } from "../value/file-path.ts";
import { outputsDeclared } from "./files.ts";
import { isRedacted, type ProgramCall, type ProgramResult } from "./program-task.ts";
import { STDIN } from "./standard-input.ts";

/** An earlier program that stands for one which need not run. */
export interface StandIn {
  readonly job: string;
  /** Null where its execution is not in the log. */
  readonly execution: {
    readonly id: string;
    readonly user: string;
    readonly started: number;
  } | null;
  /** How many files are as they were. */
  readonly inputs: number;
  readonly outputs: number;
  /** What it printed; head and tail of what was long. */
  readonly stdout?: unknown;
  readonly stderr?: unknown;
}

/** What is asked of an earlier program: patterns are relative to `cwd`, paths recorded from `root`. */
export interface Expected {
  readonly outputs: readonly string[];
  readonly inputs: number;
  readonly cwd: string;
  readonly root: string;
}

/**
 * Finds out whether an earlier program with the same words, variables and inputs stands for one, of
 * which the engine knows already that it ended well, and that its outputs are as it left them.
 */
export class Earlier {
  readonly #expected: Expected;
  /** The one that was accepted. */
  standIn: StandIn | null = null;

  constructor(expected: Expected) {
    this.#expected = expected;
  }

  readonly accepts = ({ result, tags, source: { job, execution } }: EarlierOutcome): boolean => {
    const given = result as ProgramResult;
    // What it read there is not known.
    if (tags.some(([key]) => key === STDIN)) return false;
    if (given.missing_outputs || given.more_found_outputs) return false;
    const outputs = given.outputs ?? given.found_outputs ?? [];
    const { cwd, root, outputs: patterns, inputs } = this.#expected;
    const made = new Set((given.outputs ?? []).map(({ place }) => recordedPath(place, root)));
    if (!areAmong(made, patterns, cwd, root)) return false;
    const { stdout, stderr } = given;
    this.standIn = { job, execution, inputs, outputs: outputs.length, stdout, stderr };
    return true;
  };
}

/** Whether all that patterns stand for now is among some files. */
function areAmong(
  files: ReadonlySet<string>,
  patterns: readonly string[],
  cwd: string,
  root: string,
): boolean {
  const { paths, missing } = outputsDeclared(patterns, cwd, () => {});
  return missing.length === 0 && paths.every((path) => files.has(recordedPath(path, root)));
}

/**
 * Why no earlier program can stand for one; null where one can.
 * @param stdin what it may read from its standard input without a record of it, if anything
 */
export function whyNotEarlier(
  call: Pick<ProgramCall, "words" | "env">,
  stdin: string | null,
): string | null {
  if (stdin !== null) {
    return `--cached: it runs, because what it reads from its standard input, a ${stdin}, is not recorded. \`< /dev/null\` gives it nothing to read.`;
  }
  if (isRedacted(call)) {
    return "--cached: it runs, because a secret was cut from its record: no other one can be known to be equal.";
  }
  return null;
}
