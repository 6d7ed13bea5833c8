import type { RunPlan } from "../../src/engine/plan-run.ts";
import { planReason } from "../pages/plan.ts";
import { jsonText } from "../text/json.ts";

/** What a run would do: one object for each call, on a line. */
export function planJson({ jobs }: RunPlan): string {
  return jobs
    .map((job) => {
      const { state, task, call, level, why, waitsFor } = job;
      const facts = { state, task, call, level, why: why?.kind ?? null, waits_for: waitsFor };
      return `${jsonText({ ...facts, text: planReason(job) })}\n`;
    })
    .join("");
}
