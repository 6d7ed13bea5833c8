import type { OpenLogOptions, ProvenanceLog } from "./provenance-log.ts";

/**
 * Opens the log of a git repository for reading and tagging. Its code is loaded on the first call, so
 * that workflows which only run do not pay for it.
 * @example
 * ```ts
 * import { openLog } from "redun-git";
 *
 * const log = await openLog();
 * for (const { id, task, started } of await log.executions({ where: "env=prod", limit: 10 })) {
 *   console.log(id, task, started.toISOString());
 * }
 * await log.close();
 * ```
 * @throws RedunError NOT_A_REPOSITORY, UNSUPPORTED_REPOSITORY, BAD_CONFIG, USAGE, INDEX_FAILED
 */
export async function openLog(options: OpenLogOptions = {}): Promise<ProvenanceLog> {
  const { ProvenanceLog } = await import("./provenance-log.ts");
  return ProvenanceLog.open(options);
}
