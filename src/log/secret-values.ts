import type { GitConfig } from "../git/backend.ts";

/** The values of the variables that git config `redun.secretEnv` names: names in one setting, or in several. */
export function secretValues(config: GitConfig, env: NodeJS.ProcessEnv): readonly string[] {
  const names = config.getAll("redun.secretEnv").flatMap((some) => some.split(/[\s,]+/));
  return names.flatMap((name) => env[name] ?? []);
}
