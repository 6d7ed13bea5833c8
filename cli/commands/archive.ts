import { RedunError } from "../../src/errors.ts";
import { archive } from "../../src/forgetting/remove.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { DEFAULT_REF, logName, logOption } from "../../src/log/ref.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import { allOf } from "../../src/query/condition.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { ARCHIVE } from "../declarations/forgetting.ts";
import { executionCondition } from "../filters.ts";
import { jsonText } from "../text/json.ts";
import { withLog } from "../with-log.ts";
import { shown } from "./prune.ts";
import { executionCount } from "./redact.ts";

export const command: CommandFunction<typeof ARCHIVE> = async (workspace, _, options) => {
  const { before, reason, dryRun = false } = options;
  if (before === undefined) {
    throw new RedunError(
      "USAGE",
      "Say which executions are old: --before and a time.",
      "`redun-git archive --before 2026-01-01`",
    );
  }
  const text = await withLog(
    workspace,
    async (log) => {
      const since = executionCondition({ since: before });
      const where = { is: "not", part: since } as const;
      const old = () =>
        executionsMeeting(log, { where: allOf(), execution: where }, -1).filter(
          // What goes on somewhere will have more records.
          ({ status }) => status !== "RUNNING",
        );
      if (dryRun) return shown(old(), isJson(options));
      let text = "";
      for (const year of new Set(old().map(yearOf))) {
        const ref = archiveOf(log.log.ref, year);
        const rows = old().filter((row) => yearOf(row) === year);
        const { executions } = await archive(log, rows, ref, { reason });
        text += isJson(options)
          ? `${jsonText({ executions, ref })}\n`
          : `Moved ${executionCount(executions)} to ${ref}: \`redun-git push ${logOption(ref)}\` shares them.\n`;
        await log.refresh();
      }
      return text || (isJson(options) ? "" : "No execution began before that.\n");
    },
    { appends: !dryRun },
  );
  await workspace.write(text);
};

/** The log that has what was moved out of another one: `refs/redun/archive/2025`. */
function archiveOf(ref: string, year: string): string {
  const name = ref === DEFAULT_REF ? "" : `${logName(ref).replace(/^refs\//, "")}/`;
  return `refs/redun/archive/${name}${year}`;
}

function yearOf({ started }: ExecutionRow): string {
  return String(new Date(started).getUTCFullYear());
}
