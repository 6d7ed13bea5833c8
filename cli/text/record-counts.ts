import type { RecordCounts } from "../../src/log/record-counts.ts";
import { counted } from "./lines.ts";

/** `12 executions, 3 tag edits from 2 people`; empty when nothing came. */
export function arrivalsText({ executions, tagEdits, others, people }: RecordCounts): string {
  const parts = [
    ...(executions > 0 ? [counted(executions, "execution")] : []),
    ...(tagEdits > 0 ? [counted(tagEdits, "tag edit")] : []),
  ];
  // Tasks and values come along with executions; on their own they are worth a word.
  if (parts.length === 0 && others > 0) parts.push(counted(others, "record"));
  if (parts.length === 0) return "";
  const by = people.length > 1 ? `${people.length} people` : "1 person";
  return `${parts.join(", ")}${people.length > 0 ? ` from ${by}` : ""}`;
}
