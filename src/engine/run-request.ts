import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { ResultCacheOptions } from "./result-cache.ts";
import type { SchedulerListener } from "./run-events.ts";
import type { RunSettings } from "./run-settings.ts";

/** What is to be computed, and how: the same whether it is recorded or not. */
export interface RunRequest {
  /** The log whose results may be taken. */
  readonly indexed: IndexedLog;
  readonly expression: unknown;
  readonly signal: AbortSignal | undefined;
  readonly listener: SchedulerListener;
  readonly settings: RunSettings;
  /** Whether the listener is told why each job runs. */
  readonly explain: boolean | undefined;
  readonly cache: Pick<ResultCacheOptions, "isOn" | "trust" | "onNotice">;
}
