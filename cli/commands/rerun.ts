import { spawn } from "node:child_process";
import { join } from "node:path";
import { RedunError } from "../../src/errors.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { codeCondition } from "../../src/provenance/code.ts";
import { findExecution } from "../../src/provenance/find-execution.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import { allOf, type Condition, not } from "../../src/query/condition.ts";
import { parseQuery } from "../../src/query/parse.ts";
import { parseTagCondition } from "../../src/query/tag-condition.ts";
import { parseTime } from "../../src/query/time.ts";
import { compareOutputs, isSame, type Rerun } from "../../src/rerun/outcome.ts";
import { planRerun, type RerunPlan } from "../../src/rerun/plan.ts";
import { RERUN_OF } from "../../src/rerun/tag.ts";
import { applyPatch, bringInputs, temporaryWorkTree } from "../../src/rerun/work-tree.ts";
import { type CommandFunction, isJson, type OptionsOf } from "../command.ts";
import type { RERUN } from "../declarations/rerun.ts";
import { rerunJson } from "../json/comparisons.ts";
import { rerunText, warnings } from "../pages/rerun.ts";
import { visible } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

type RerunOptions = OptionsOf<typeof RERUN>;

/** Ends with 0 if all came out the same, else with 1. */
export const command: CommandFunction<typeof RERUN> = async (workspace, [id], options) => {
  const json = isJson(options);
  const plans = await withLog(workspace, async (log) => {
    const found: RerunPlan[] = [];
    for (const row of await chosen(log, id, options)) found.push(await planRerun(log, row));
    return found;
  });
  if (plans.length === 0) {
    workspace.tell("No executions match: nothing was run again.\n");
    return 1;
  }
  let isAllSame = true;
  for (const plan of plans) {
    for (const text of warnings(plan)) workspace.tell(`warning: ${text}\n`);
    await again(workspace, plan, options);
    const rerun = await withLog(workspace, (log) => compared(log, plan.row));
    isAllSame &&= rerun.after !== null && rerun.outputs.every(isSame);
    await workspace.write(json ? rerunJson(rerun) : rerunText(rerun, workspace.paint));
  }
  return isAllSame ? 0 : 1;
};

/** The executions that are asked for, the oldest first. @throws RedunError USAGE, UNKNOWN_ID, WRONG_TYPE */
async function chosen(
  log: IndexedLog,
  id: string | undefined,
  options: RerunOptions,
): Promise<ExecutionRow[]> {
  const { tag = [], where = [], since } = options;
  const isRange = since !== undefined || tag.length + where.length > 0;
  if (isRange === (id !== undefined)) {
    throw new RedunError(
      "USAGE",
      id === undefined
        ? "rerun needs an execution."
        : "rerun takes an execution or filters, not both.",
      `\`redun-git rerun -${log.words}\` runs the latest one again, \`redun-git rerun -t approved${log.words}\` all with that tag.`,
    );
  }
  const ofJob = (job: string) =>
    `\`redun-git run --rerun ${job}${log.words}\` calls its task again with its arguments.`;
  if (id !== undefined) return [await findExecution(log, id, ofJob)];
  const isRerun: Condition = { is: "tag", key: RERUN_OF, keyIsGlob: false, test: null };
  const conditions = [...tag.map(parseTagCondition), ...where.map(parseQuery), not(isRerun)];
  if (since !== undefined) conditions.push(await sinceCondition(log, since));
  return executionsMeeting(log, { where: allOf(...conditions), execution: allOf() }, -1).reverse();
}

/** Since a time, or since a commit of the code. */
async function sinceCondition(log: IndexedLog, since: string): Promise<Condition> {
  if (parseTime(since, 0)) return { is: "field", field: "started", op: ">=", operand: since };
  return codeCondition(log.log.backend, `${since}..HEAD`);
}

/** Runs it once more, where it was run, and lets it record itself. */
async function again(workspace: Workspace, plan: RerunPlan, options: RerunOptions): Promise<void> {
  const { row, commit, directory, inputs } = plan;
  const { repository } = workspace;
  const top = repository.workTree;
  if (top === null || (commit === null && !options.here)) {
    throw new RedunError(
      "NOT_RERUNNABLE",
      top === null
        ? "There is no work tree here to run anything in."
        : `Execution ${row.id.slice(0, 8)} ran code of no commit.`,
      top === null ? undefined : "`--here` runs it in this work tree as it is.",
    );
  }
  const tree = options.here
    ? { path: top, remove: async () => {} }
    : await temporaryWorkTree(repository, commit!);
  try {
    if (plan.patch !== null && !options.here)
      await applyPatch(tree.path, plan.patch, repository.env);
    const { missing } = bringInputs(inputs, top, tree.path);
    for (const path of missing) {
      workspace.tell(`warning: the input ${visible(path)} is nowhere as it was\n`);
    }
    await start(workspace, wordsOf(plan, options), join(tree.path, directory), options);
  } finally {
    await tree.remove();
  }
}

/** The command line, with a tag that says what it runs again instead of one that did. */
function wordsOf({ row, argv, command }: RerunPlan, options: RerunOptions): string[] {
  const words = argv.filter((word, at) => {
    const isTag = (text: string | undefined) => text?.startsWith(`${RERUN_OF}=`) ?? false;
    return !isTag(word) && !(word === "-t" && isTag(argv[at + 1]));
  });
  // Taken from the log, everything would come out the same.
  const isNew = (word: string | undefined) => word === "--no-cache";
  // A program's own words may be the same.
  const has = command === "run" ? argv.some(isNew) : isNew(words[words.indexOf(command) + 1]);
  const anew = has ? [] : ["--no-cache"];
  const own = [...anew, "-t", `${RERUN_OF}=${row.id}`, ...ref(argv, options)];
  return words.toSpliced(words.indexOf(command) + 1, 0, ...own);
}

/** The log to record in, unless the command line names it. */
function ref(argv: readonly string[], { log, ref }: RerunOptions): string[] {
  if (argv.some((word) => /^--(?:log|ref)(?:=|$)/.test(word))) return [];
  if (ref !== undefined) return ["--ref", ref];
  return log === undefined ? [] : ["--log", log];
}

/** Whatever it prints is not our answer: it goes to stderr. */
function start(
  { io }: Workspace,
  words: readonly string[],
  cwd: string,
  { quiet }: RerunOptions,
): Promise<void> {
  const said = quiet ? "ignore" : 2;
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [io.program, ...words], {
      cwd,
      env: io.env,
      stdio: ["ignore", said, said],
    });
    child.on("error", fail);
    child.on("close", () => done());
  });
}

async function compared(log: IndexedLog, before: ExecutionRow): Promise<Rerun> {
  const isOfThis: Condition = {
    is: "tag",
    key: RERUN_OF,
    keyIsGlob: false,
    test: { op: "=", value: before.id },
  };
  const [after] = executionsMeeting(log, { where: isOfThis, execution: allOf() }, 1);
  return {
    before,
    after: after ?? null,
    outputs: after ? await compareOutputs(log, before, after) : [],
  };
}
