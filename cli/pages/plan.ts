import type { PlannedJob, RunPlan } from "../../src/engine/plan-run.ts";
import { counted } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { whyRan, whyReused } from "./why.ts";

const STATES = { cached: "Cached", runs: "Run", shares: "Shared", unknown: "May run" } as const;

/** What a run would do: a line for each call, indented below the one that makes it. */
export function planPage(plan: RunPlan, paint: Paint): string {
  const lines = plan.jobs.map((job) => {
    const state = paint(job.state === "cached" ? "cyan" : "bold", STATES[job.state].padEnd(8));
    const reason = planReason(job);
    return `${state}${"  ".repeat(Math.min(job.level, 40))}${oneLine(job.call)}${reason && `: ${reason}`}`;
  });
  return `${[...lines, ...(lines.length > 0 ? [""] : []), ...summary(plan)].join("\n")}\n`;
}

/** Why a call would do that, in a few words. */
export function planReason({ state, why, waitsFor }: PlannedJob): string {
  switch (state) {
    case "cached":
      return why?.kind === "reused" ? whyReused(why) : "";
    case "runs":
      return why && why.kind !== "reused" ? whyRan(why) : "";
    case "shares":
      return "the same call as one above";
    case "unknown":
      return `that depends on ${waitsFor.map(oneLine).join(", ") || "what is above"}`;
  }
}

function summary({ jobs, isCached }: RunPlan): string[] {
  const count = (...states: PlannedJob["state"][]) =>
    jobs.filter(({ state }) => states.includes(state)).length;
  const cached = `${count("cached", "shares")} cached`;
  const last = "Nothing was run or recorded.";
  if (isCached) return [`${counted(jobs.length, "job")}: all cached. ${last}`];
  const open = count("unknown");
  const may = open > 0 ? `, ${open} may run, when what they are given is known` : "";
  return [
    `${counted(count("runs"), "job")} would run, ${cached}${may}. ${last}`,
    "What the functions of those jobs call in turn is not known before they run.",
  ];
}
