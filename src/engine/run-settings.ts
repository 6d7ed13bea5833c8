import type { GitConfig } from "../git/backend.ts";
import { configuredLimits } from "./limits.ts";
import type { WorkplaceSettings } from "./workplaces.ts";

/** What a run knows of where it runs. */
export interface RunSettings extends WorkplaceSettings {
  /** The top of the work tree, from which paths are recorded. */
  readonly root: string | null;
  /** How much there is of a limited resource. */
  readonly limit: (name: string) => number;
}

export function runSettings(
  config: GitConfig | null,
  root: string | null,
  more: Partial<Pick<WorkplaceSettings, "defaults" | "script" | "mayResume">> = {},
): RunSettings {
  const { defaults = {}, script = null, mayResume = false } = more;
  return { config, root, limit: configuredLimits(config), defaults, script, mayResume };
}
