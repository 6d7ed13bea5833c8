import { RedunError } from "../errors.ts";
import {
  decodeExecution,
  decodeJobs,
  decodeOutcome,
  decodeTags,
  decodeTask,
  decodeTombstone,
} from "./decode.ts";
import { executionPath, type RecordPath } from "./layout.ts";
import type { Execution, JobSegment, Outcome, TagEdits, TaskRecord, Tombstone } from "./records.ts";

/** A record, and its kind. */
export type DecodedRecord =
  | { readonly kind: "execution"; readonly record: Execution }
  | { readonly kind: "jobs"; readonly record: JobSegment }
  | { readonly kind: "outcome"; readonly record: Outcome }
  | { readonly kind: "task"; readonly record: TaskRecord }
  | { readonly kind: "tags"; readonly record: TagEdits }
  | { readonly kind: "tombstone"; readonly record: Tombstone };

/** Where a record stands that has fields of ours; the file of a value has none. */
export type DecodablePath = RecordPath & { readonly kind: DecodedRecord["kind"] };

export function isDecodable(place: RecordPath): place is DecodablePath {
  return place.kind !== "value" && place.kind !== "format";
}

/**
 * The record of a file, from what a YAML reader made of it.
 * @param place what `parsePath` makes of the path
 * @throws RedunError BAD_RECORD for one that is not what its path says
 */
export function decodeAt(path: string, place: DecodablePath, given: unknown): DecodedRecord {
  switch (place.kind) {
    case "execution": {
      const record = decodeExecution(given, place.execution);
      if (path === executionPath(record.id, record.started)) return { kind: "execution", record };
      throw new RedunError("BAD_RECORD", `Its start, ${record.started}, is not that of its path.`);
    }
    case "jobs": {
      const record = decodeJobs(given);
      assertAbout(record.execution, place.execution);
      return { kind: "jobs", record };
    }
    case "outcome": {
      const record = decodeOutcome(given);
      assertAbout(record.execution, place.execution);
      return { kind: "outcome", record };
    }
    case "task":
      return { kind: "task", record: decodeTask(given, place.id) };
    case "tombstone":
      return { kind: "tombstone", record: decodeTombstone(given) };
    case "tags": {
      const record = decodeTags(given);
      assertAbout(record.entity, place.entity);
      return { kind: "tags", record };
    }
  }
}

/** A record must be in the directory of what it is about. */
function assertAbout(named: string, place: string): void {
  if (named === place) return;
  throw new RedunError("BAD_RECORD", `It is about ${named}, but is in the directory of ${place}.`);
}
