import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { byteCount } from "../value/byte-count.ts";
import { KEPT_BYTES } from "./kept-output.ts";

/** Head and tail are in memory, and in the record. */
const MOST = 1_000_000;

/**
 * Bytes to keep of the head of a program's output, and again of its tail, by git config
 * `redun.keepOutput`; of none the program's streams are not even listened to.
 * @throws RedunError BAD_CONFIG
 */
export function keptBytes(config: GitConfig): number {
  const setting = config.get("redun.keepOutput");
  const bytes = setting === undefined ? KEPT_BYTES : byteCount(setting);
  if (bytes !== null && bytes <= MOST) return bytes;
  throw new RedunError(
    "BAD_CONFIG",
    `git config redun.keepOutput is "${setting}".`,
    `Write how many bytes of the head of a program's output are recorded, and of its tail: 0 to ${MOST}, such as 64k.`,
  );
}
