import type { HelperChange } from "../../src/compare/helper-changes.ts";
import type { Why } from "../../src/compare/why.ts";
import type { JobRow } from "../../src/index/rows.ts";
import { whyLine } from "../pages/why.ts";

/** Why a job ran, or whose result it took, for programs. */
export function whyJson(row: JobRow, found: Why, helpers: readonly HelperChange[]): object {
  const base = {
    job: row.id,
    task: row.task,
    why: found.kind,
    text: whyLine(row.status, found),
    changed_helpers: helpers,
  };
  switch (found.kind) {
    case "first":
      return base;
    case "reused":
      return { ...base, reused: found.id, ...executionJson(found.source?.execution) };
    case "unasked":
      return { ...base, reason: found.reason };
    case "again": {
      const { kind, ...missed } = found.because;
      return { ...base, compared_with: found.earlier.row.id, because: kind, ...missed };
    }
    case "changed":
      return {
        ...base,
        compared_with: found.earlier.row.id,
        source: found.task?.diff ?? null,
        includes: found.task?.includes ?? [],
        args: found.args.map(({ name, before, after, from }) => ({
          name,
          before: before?.id ?? null,
          after: after?.id ?? null,
          from: from.map(({ id }) => id),
        })),
      };
  }
}

function executionJson(execution: { id: string; user: string } | undefined) {
  return execution ? { execution: execution.id, user: execution.user } : {};
}
