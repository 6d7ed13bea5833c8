import type { OpenLogOptions, ProvenanceLog } from "./provenance-log.ts";

/**
 * Opens the log of a git repository, to ask and to tag. A workflow that only runs does not load
 * what this needs.
 * @throws RedunError NOT_A_REPOSITORY, UNSUPPORTED_REPOSITORY, BAD_CONFIG, USAGE, INDEX_FAILED
 */
export async function openLog(options: OpenLogOptions = {}): Promise<ProvenanceLog> {
  const { ProvenanceLog } = await import("./provenance-log.ts");
  return ProvenanceLog.open(options);
}
