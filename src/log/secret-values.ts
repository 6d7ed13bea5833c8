import type { GitConfig } from "../git/backend.ts";

/** The values of the variables that git config `redun.secretEnv` names: names in one setting, or in several. */
export function secretValues(config: GitConfig, env: NodeJS.ProcessEnv): readonly string[] {
  return namesIn(config, "redun.secretEnv").flatMap((name) => env[name] ?? []);
}

/** The names that git config `redun.notSecret` lists: they look like those of secrets, and are none. */
export function sparedNames(config: GitConfig): readonly string[] {
  return namesIn(config, "redun.notSecret").filter((name) => name !== "");
}

function namesIn(config: GitConfig, setting: string): readonly string[] {
  return config.getAll(setting).flatMap((some) => some.split(/[\s,]+/));
}
