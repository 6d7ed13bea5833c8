import type { CallContent, CallNode } from "../../src/views/call.ts";
import { tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { argsText, valueText } from "./values.ts";

/** `CallNode 6447... hello_world.greeter (note=1)` */
export function callHead({ id, task, tags, conflicts }: CallNode, paint: Paint): string {
  const head = `${paint("bold", `CallNode ${oneLine(id)}`)} ${oneLine(task ?? "")}`;
  return `${head.trimEnd()} ${tagText(tags, paint, conflicts)}`.trimEnd();
}

/** What a call took, and what it gave or raised. */
export function callLines({ args, argCount, outcome }: CallContent): string[] {
  const lines = [`  Args:   ${argsText(args, argCount)}`.trimEnd()];
  if (outcome) lines.push(`  ${outcome.isError ? "Raised" : "Result"}: ${valueText(outcome)}`);
  return lines;
}
