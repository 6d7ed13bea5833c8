import { RedunError } from "../../src/errors.ts";
import { planRedaction, type RedactionPlan, redact } from "../../src/forgetting/redact.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { REDACT } from "../declarations/forgetting.ts";
import { jsonText } from "../text/json.ts";
import { counted } from "../text/lines.ts";
import { oneLine } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction<typeof REDACT> = async (workspace, [word], options) => {
  const { arg, returned: result, tag, path: file, everywhere = false } = options;
  const { reason, dryRun = false } = options;
  const given = [arg, result || undefined, tag, file].filter((one) => one !== undefined);
  const json = isJson(options);
  const text = await withLog(
    workspace,
    async (log) => {
      const entity = await findEntity(log, word);
      if (given.length !== (entity.type === "Value" ? 0 : 1)) throw whatToRedact(entity.type);
      const plan = await planRedaction(log, entity, { arg, result, tag, file });
      if (dryRun) return json ? planJson(plan) : planText(plan);
      const done = await redact(log, plan, { everywhere, reason });
      if (json) return `${jsonText({ tombstone: done?.tombstone, ...plain(plan) })}\n`;
      const places = [...plan.places, ...(everywhere ? plan.others : [])];
      return `${placeLines("redacted ", places)}${left(plan)}${remains(log.log.ref)}`;
    },
    { appends: !dryRun },
  );
  await workspace.write(text);
};

function whatToRedact(type: string): RedunError {
  return type === "Value"
    ? new RedunError("USAGE", "Of a value all goes.", "`redun-git redact <value> --everywhere`")
    : new RedunError(
        "USAGE",
        "Say what is to be redacted: one of --arg, --returned, --tag and --path.",
        "`redun-git redact --help` has examples.",
      );
}

function planText(plan: RedactionPlan): string {
  const others = plan.others.length > 0 ? placeLines("also in ", plan.others) : "";
  return `${placeLines("would redact ", plan.places)}${others}${left(plan)}`;
}

function placeLines(verb: string, places: RedactionPlan["places"]): string {
  return places.map(({ label }) => `${verb}${oneLine(label)}\n`).join("");
}

/** What cannot be changed. */
function left({ tasks }: RedactionPlan): string {
  return tasks.map((task) => `the source of task ${oneLine(task)} still holds it\n`).join("");
}

function planJson(plan: RedactionPlan): string {
  return `${jsonText(plain(plan))}\n`;
}

function plain({ places, others, values, tasks }: RedactionPlan) {
  const labels = (list: RedactionPlan["places"]) => list.map(({ label }) => label);
  return { places: labels(places), others: labels(others), values, tasks };
}

/** What a new commit does not take back. */
export function remains(ref: string): string {
  return `Earlier commits of ${ref}, and clones, still have it: docs/forgetting.md says what is left to do.\n`;
}

/** `3 executions`. */
export const executionCount = (count: number): string => counted(count, "execution");
