import type { GitConfig, Repository } from "../git/backend.ts";
import { configuredLimits } from "./limits.ts";
import type { WorkplaceSettings } from "./workplaces.ts";

/** What a run knows of where it runs. */
export interface RunSettings extends WorkplaceSettings {
  /** The top of the work tree, from which paths are recorded. */
  readonly root: string | null;
  /** The git directory that its temporary files are noted in. */
  readonly commonDir: string | null;
  /** How much there is of a limited resource. */
  readonly limit: (name: string) => number;
}

export function runSettings(
  config: GitConfig | null,
  repository: Repository | null,
  more: Partial<Pick<WorkplaceSettings, "defaults" | "script" | "mayResume">> = {},
): RunSettings {
  const { workTree: root = null, commonDir = null } = repository ?? {};
  const { defaults = {}, script = null, mayResume = false } = more;
  const limit = configuredLimits(config);
  return { config, root, commonDir, limit, defaults, script, mayResume };
}
