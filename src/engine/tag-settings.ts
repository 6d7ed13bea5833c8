import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { AUTOMATIC_TAGS, CLOUD_TAGS } from "../tag/automatic.ts";
import type { TagPair } from "../tag/tag.ts";
import { parseTagKeyValue } from "../tag/text.ts";

/** What git config says of the tags of every run. */
export interface TagSettings {
  /** `redun.tag`, which may be set several times. */
  readonly tags: readonly TagPair[];
  /** Those automatic tags that `redun.autotags` names; where it is not set, all but the clouds'; none if empty. */
  readonly automatic: ReadonlySet<string>;
}

/** @throws RedunError BAD_TAG for a setting that is not as it should be */
export function tagSettings(config: GitConfig): TagSettings {
  const tags = config.getAll("redun.tag").map(parseSetting);
  const names = config.get("redun.autotags")?.split(",");
  const automatic = new Set(
    names ? names.map((name) => name.trim()).filter(Boolean) : AUTOMATIC_TAGS,
  );
  const all = [...AUTOMATIC_TAGS, ...CLOUD_TAGS];
  const unknown = [...automatic].find((name) => !all.includes(name));
  if (unknown === undefined) return { tags, automatic };
  throw new RedunError(
    "BAD_TAG",
    `git config redun.autotags names "${unknown}", which is not an automatic tag.`,
    `Write any of ${all.join(", ")}, separated by commas, or nothing for none.`,
  );
}

function parseSetting(text: string): TagPair {
  try {
    const { key, value } = parseTagKeyValue(text, { valueRequired: true });
    return [key, value!];
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
    const { code, message, hint } = error;
    throw new RedunError(code, `git config redun.tag: ${message}`, hint, { cause: error });
  }
}
