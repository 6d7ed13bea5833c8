import type { CallContent, CallNode } from "../../src/views/call.ts";
import { tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { argsText, valueJson, valueText } from "./values.ts";

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

/** What a call took, as programs get it. */
export function argsJson({ args, hasNames }: CallContent): object {
  return {
    args: hasNames ? new Map(args.map((arg) => [arg.name, valueJson(arg)])) : args.map(valueJson),
    arg_ids: new Map(args.map(({ name, id }) => [name, id])),
  };
}

/** What a call gave or raised, as programs get it; nothing while it has not ended. */
export function outcomeJson({ outcome }: CallContent): object {
  if (!outcome) return {};
  return { [outcome.isError ? "error" : "result"]: valueJson(outcome), result_id: outcome.id };
}
