import { RedunError } from "../../errors.ts";
import type { Setting } from "./config-file.ts";

/**
 * The settings that the environment holds: `GIT_CONFIG_COUNT` with its keys and values, then
 * `GIT_CONFIG_PARAMETERS`, which `git -c` sets: shell words `'key'='value'`, of old `'key=value'`.
 * @throws RedunError GIT_FAILED where git would refuse them
 */
export function parameterSettings(env: NodeJS.ProcessEnv): Setting[] {
  return [...counted(env), ...words(env.GIT_CONFIG_PARAMETERS ?? "")];
}

function counted(env: NodeJS.ProcessEnv): Setting[] {
  const given = env.GIT_CONFIG_COUNT ?? "";
  if (given === "") return [];
  if (!/^\s*\+?\d+$/.test(given)) throw bogus(`GIT_CONFIG_COUNT is "${given}"`);
  return Array.from({ length: Number(given) }, (_, at) => {
    const [key, value] = [env[`GIT_CONFIG_KEY_${at}`], env[`GIT_CONFIG_VALUE_${at}`]];
    if (key === undefined) throw bogus(`GIT_CONFIG_KEY_${at} is missing`);
    if (value === undefined) throw bogus(`GIT_CONFIG_VALUE_${at} is missing`);
    return { key: normalKey(key), value };
  });
}

const QUOTED = String.raw`'(?:[^']|'\\['!]')*'`;

function words(text: string): Setting[] {
  const settings: Setting[] = [];
  const word = new RegExp(`\\s*(${QUOTED})(=(${QUOTED})?)?(?=\\s|$)`, "gy");
  for (let at = 0; text.slice(at).trim() !== ""; at = word.lastIndex) {
    const [, name, separate, value] = word.exec(text) ?? [];
    if (name === undefined) throw bogus("GIT_CONFIG_PARAMETERS is no list of quoted words");
    const [key, ...rest] = separate ? [unquoted(name)] : unquoted(name).split("=");
    const given = separate
      ? value && unquoted(value)
      : rest.length > 0
        ? rest.join("=")
        : undefined;
    settings.push({ key: normalKey(key!.trim()), value: given ?? "true" });
  }
  return settings;
}

const unquoted = (word: string) => word.slice(1, -1).replace(/'\\(['!])'/g, "$1");

/** Section and name ignore case, the subsection between them does not. */
function normalKey(key: string): string {
  const [first, last] = [key.indexOf("."), key.lastIndexOf(".")];
  if (first < 1 || last === key.length - 1) throw bogus(`"${key}" is no name of a setting`);
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}

function bogus(what: string): RedunError {
  return new RedunError(
    "GIT_FAILED",
    `git's settings in the environment cannot be read: ${what}.`,
    "`git config --list` would fail in the same place.",
  );
}
