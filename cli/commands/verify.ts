import { existsSync } from "node:fs";
import { indexPath } from "../../src/index/index-file.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import { allOf } from "../../src/query/condition.ts";
import { RERUN_OF } from "../../src/rerun/tag.ts";
import type { Verification } from "../../src/verify/verify.ts";
import { verifyLog } from "../../src/verify/verify.ts";
import { type CommandFunction, isJson, type OptionsOf } from "../command.ts";
import type { VERIFY } from "../declarations/upkeep.ts";
import { verificationJson } from "../json/verification.ts";
import { verificationPage } from "../pages/verification.ts";
import { withLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

/** Ends with 1 where something is not as it must be. */
export const command: CommandFunction<typeof VERIFY> = async (workspace, [range], options) => {
  const json = isJson(options);
  const verification = await verified(workspace, range, options.signatures === true);
  await workspace.write(
    json ? verificationJson(verification) : verificationPage(verification, workspace.paint),
  );
  if (verification.problems.length > 0) return 1;
  if (options.rerunAll) return rerunAll(workspace, verification.executions, options);
};

async function verified(
  workspace: Workspace,
  range: string | undefined,
  signatures: boolean,
): Promise<Verification> {
  const { log, repository, ref } = workspace;
  // Looked at as it is: one that is behind is brought up to date by the next query.
  const index = existsSync(indexPath(repository, ref)) ? workspace.indexedLog().file : undefined;
  const bars = {
    commits: workspace.progress("Checking the history", "commits"),
    files: workspace.progress("Reading", "files"),
    records: workspace.progress("Checking records", "records"),
  };
  try {
    return await verifyLog(log, {
      range,
      signatures,
      ...(index && { index }),
      onProgress(step, done, total) {
        for (const [name, bar] of Object.entries(bars)) if (name !== step) bar.end();
        bars[step].update(done, total);
      },
    });
  } finally {
    for (const bar of Object.values(bars)) bar.end();
  }
}

/** Runs executions again, but those that ran another one again themselves. */
async function rerunAll(
  workspace: Workspace,
  executions: readonly string[],
  { signatures: _, rerunAll: __, ...options }: OptionsOf<typeof VERIFY>,
): Promise<number> {
  const reruns = await withLog(workspace, async (log) => {
    const isRerun = { is: "tag", key: RERUN_OF, keyIsGlob: false, test: null } as const;
    const rows = executionsMeeting(log, { where: isRerun, execution: allOf() }, -1);
    return new Set(rows.map(({ id }) => id));
  });
  const { command: rerun } = await import("./rerun.ts");
  let status = 0;
  for (const id of executions) {
    if (reruns.has(id)) continue;
    if (await rerun(workspace, [id], options)) status = 1;
  }
  return status;
}
