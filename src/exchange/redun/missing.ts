/** What an export refers to and does not hold. */
import { RedunError } from "../../errors.ts";
import type { Database } from "../../index/sqlite-types.ts";

/** What may be missing: the record that says so (its line and what it is), and of what. */
const REFERENCES: readonly (readonly [what: string, sql: string])[] = [
  [
    "its first job",
    "SELECT e.line, e.job_id AS id FROM execution e LEFT JOIN job j ON j.id = e.job_id WHERE j.id IS NULL",
  ],
  [
    "the execution of the job",
    "SELECT j.line, j.execution_id AS id FROM job j LEFT JOIN execution e ON e.id = j.execution_id WHERE e.id IS NULL",
  ],
  [
    "the parent of the job",
    `SELECT j.line, j.parent_id AS id FROM job j LEFT JOIN job p ON p.id = j.parent_id
     WHERE j.parent_id IS NOT NULL AND p.id IS NULL`,
  ],
  [
    "the task of the job",
    "SELECT j.line, j.task_hash AS id FROM job j LEFT JOIN task t ON t.hash = j.task_hash WHERE t.hash IS NULL",
  ],
  [
    "the call of the job",
    `SELECT j.line, j.call_hash AS id FROM job j LEFT JOIN call_node c ON c.call_hash = j.call_hash
     WHERE j.call_hash IS NOT NULL AND c.call_hash IS NULL`,
  ],
  [
    "the result of the call",
    "SELECT c.line, c.value_hash AS id FROM call_node c LEFT JOIN value v ON v.value_hash = c.value_hash WHERE v.value_hash IS NULL",
  ],
  [
    "an argument of the call",
    `SELECT c.line, a.value_hash AS id FROM argument a JOIN call_node c ON c.call_hash = a.call_hash
     LEFT JOIN value v ON v.value_hash = a.value_hash WHERE v.value_hash IS NULL`,
  ],
  [
    "a value within the value",
    `SELECT p.line, s.value_hash AS id FROM subvalue s JOIN value p ON p.value_hash = s.parent_value_hash
     LEFT JOIN value v ON v.value_hash = s.value_hash WHERE v.value_hash IS NULL`,
  ],
  [
    "a tag that the tag replaces",
    `SELECT t.line, e.parent_id AS id FROM edit_of e JOIN tag t ON t.tag_hash = e.child_id
     LEFT JOIN tag p ON p.tag_hash = e.parent_id WHERE p.tag_hash IS NULL`,
  ],
];

/** @throws RedunError BAD_IMPORT for the first record that refers to one that is missing */
export function assertWhole(database: Database): void {
  for (const [what, sql] of REFERENCES) {
    const row = database.prepare(`${sql} ORDER BY 1 LIMIT 1`).get();
    if (!row) continue;
    throw new RedunError(
      "BAD_IMPORT",
      `Line ${String(row.line)}: the export lacks ${what}, ${String(row.id)}. Nothing was imported.`,
      "Export whole executions, by their whole ids, or all of them: `redun export --file runs.jsonl`.",
    );
  }
}
