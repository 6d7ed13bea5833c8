import type { ShownArgument } from "../../src/views/call.ts";
import type { ShownValue } from "../../src/views/shown-value.ts";
import { oneLine } from "../text/terminal.ts";

/** What stands for a value of which nothing else is known. */
export const HASH_ONLY = "(only its hash was recorded)";

/** A value as one line. */
export function valueText({ text }: ShownValue): string {
  return text === null ? HASH_ONLY : oneLine(text);
}

/** Arguments as they stand between the brackets of a call; there may be more than are shown. */
export function argsText(args: readonly ShownArgument[], count: number): string {
  const texts = args.map((arg) => {
    return /^\d+$/.test(arg.name) ? valueText(arg) : `${oneLine(arg.name)}=${valueText(arg)}`;
  });
  const more = count - args.length;
  if (more > 0) texts.push(`... (and ${more} more: \`--format json\` shows them)`);
  return texts.join(", ");
}
