import type { Verification } from "../../src/verify/verify.ts";
import { jsonText } from "../text/json.ts";

/** What came of `verify`, as one object on a line. */
export function verificationJson(verification: Verification): string {
  const { ref, from, tip, commits, files, records, executions, calls, problems } = verification;
  const { unresolved, index, journals, signatures, edges, tombstones, counts } = verification;
  return `${jsonText({
    log: ref,
    from,
    tip,
    ok: problems.length === 0,
    commits,
    files,
    records,
    executions: executions.length,
    calls,
    unresolved,
    index,
    journals,
    signatures,
    shallow_commits: edges,
    tombstones,
    counts,
    problems,
  })}\n`;
}
