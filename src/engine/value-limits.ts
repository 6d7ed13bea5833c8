import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { MAX_WRITTEN_BYTES } from "../record/size.ts";
import { byteCount } from "../value/byte-count.ts";

/** How large values may be. */
export interface ValueLimits {
  /** Up to so many characters of YAML one stands in its job; a larger one has a file of its own. */
  readonly inline: number;
  /** One of more bytes of YAML is refused. */
  readonly stored: number;
}

const INLINE = 2000;
const MAX_INLINE = 1_000_000;
const STORED = 50_000_000;

/**
 * Git config `redun.inlineLimit` (characters) and `redun.valueLimit` (bytes), with `k`, `m` and `g` as git has them.
 * @throws RedunError BAD_CONFIG
 */
export function valueLimits(config: GitConfig | null): ValueLimits {
  return {
    inline: configured(config, "inlineLimit", INLINE, MAX_INLINE),
    stored: configured(config, "valueLimit", STORED, MAX_WRITTEN_BYTES),
  };
}

function configured(
  config: GitConfig | null,
  name: string,
  byDefault: number,
  most: number,
): number {
  const text = config?.get(`redun.${name}`) ?? null;
  if (text === null) return byDefault;
  const value = byteCount(text);
  if (value !== null && value <= most) return value;
  throw new RedunError(
    "BAD_CONFIG",
    `git config redun.${name} is ${JSON.stringify(text)}.`,
    `It is a number up to ${most}: \`git config redun.${name} ${byDefault}\`.`,
  );
}
