import type { GitConfig } from "../git/backend.ts";
import { configuredLimits } from "./limits.ts";

/** What a run knows of where it runs. */
export interface RunSettings {
  /** The top of the work tree, from which paths are recorded. */
  readonly root: string | null;
  /** How much there is of a limited resource. */
  readonly limit: (name: string) => number;
}

export function runSettings(config: GitConfig | null, root: string | null): RunSettings {
  return { root, limit: configuredLimits(config) };
}
