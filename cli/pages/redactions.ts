import type { RedactionView } from "../../src/views/redactions.ts";
import { oneLine } from "../text/terminal.ts";

/** Places that a line names. */
const NAMED = 8;

/** `Redacted by Ann <ann@example.com> on 2026-11-30 (a customer): argument name, result` */
export function redactionLines(redactions: readonly RedactionView[]): string[] {
  return redactions.map(({ by, at, reason, what }) => {
    const why = reason === null ? "" : ` (${reason})`;
    const more = what.length > NAMED ? ` and ${what.length - NAMED} more` : "";
    const places = `${what.slice(0, NAMED).join(", ")}${more}`;
    return oneLine(`Redacted by ${by} on ${at.toISOString().slice(0, 10)}${why}: ${places}`);
  });
}
