import { RedunError } from "../errors.ts";
import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { codeThatRan, readExecution, readJob, readValue } from "../provenance/read.ts";
import type { CodeFile } from "../record/records.ts";
import { HIDDEN } from "../redact.ts";
import type { File } from "../value/file.ts";
import { filesIn } from "../value/files-in.ts";

/** What has to be done to run an execution again. */
export interface RerunPlan {
  readonly row: ExecutionRow;
  /** The words after `redun-git`, as they were recorded. */
  readonly argv: readonly string[];
  /** The word of those that is the command. */
  readonly command: string;
  /** Where they were typed, from the top of the work tree. Of a `run` that is not recorded: the top. */
  readonly directory: string;
  /** Null where the code had no commit. */
  readonly commit: string | null;
  /** Whether the run may have used other files than the commit's. */
  readonly isDirty: boolean;
  /** How it differed from the commit, for `git apply`, where that was recorded. */
  readonly patch: string | null;
  /** Those that are known. */
  readonly uncommitted: readonly CodeFile[];
  /** Files that its first jobs were given. */
  readonly inputs: readonly File[];
}

/** Commands whose executions can be run again. */
const COMMANDS = ["run", "exec", "step"];
/** Of more first jobs than this, the others' files are not looked for. */
const MAX_ROOTS = 1000;

/**
 * @throws RedunError NOT_RERUNNABLE for what a program recorded by the library, and for a command line of
 *   which a secret was left out; OBJECT_MISSING, BAD_RECORD
 */
export async function planRerun(log: IndexedLog, row: ExecutionRow): Promise<RerunPlan> {
  const record = await readExecution(log, row);
  const code = codeThatRan(record, row);
  const { argv } = record;
  const id = row.id.slice(0, 8);
  const command = argv.find((word) => COMMANDS.includes(word));
  if (command === undefined) {
    throw new RedunError(
      "NOT_RERUNNABLE",
      `Execution ${id} was recorded by a program, ${argv[0] ?? "which is not known"}, which runs its workflow by itself.`,
      `Run that program again, and compare: \`redun-git diff -${log.words}\`.`,
    );
  }
  const at = argv.findIndex((word) => word.includes(HIDDEN));
  if (at >= 0) {
    // An option's value is named by the option.
    const [before = "", word] = [argv[at - 1], argv[at]];
    const shown = before.startsWith("-") ? `${before} ${word}` : word;
    throw new RedunError(
      "NOT_RERUNNABLE",
      `The command line of execution ${id} had a secret, which was not recorded: ${shown}`,
      "Type the command again, with the secret.",
    );
  }
  const inputs: File[] = [];
  let directory = ".";
  for (const job of log.index.rootJobsOf(row.seq, MAX_ROOTS)) {
    const { args, parent } = await readJob(log, job);
    if (parent !== null) continue;
    inputs.push(...filesIn([...args.values()]));
    const given = args instanceof Map ? args.get("directory") : undefined;
    if (command !== "run" && typeof given === "string") directory = given;
  }
  return {
    row,
    argv,
    command,
    directory,
    commit: code.commit ?? null,
    isDirty: code.dirty ?? false,
    patch: await patchOf(log, code.patch),
    uncommitted: code.files ?? [],
    inputs,
  };
}

async function patchOf(log: IndexedLog, id: string | undefined): Promise<string | null> {
  const found = id === undefined ? undefined : await readValue(log, id);
  return typeof found?.value === "string" ? found.value : null;
}
