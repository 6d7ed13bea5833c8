import { RedunError } from "../errors.ts";
import type { GitBackend, GitConfig } from "../git/backend.ts";
import type { Code } from "../record/records.ts";
import { redactText } from "../redact.ts";
import { byteCount } from "../value/byte-count.ts";

/** Bytes of a difference that are recorded where the setting gives no limit. */
const LIMIT = 1_000_000;

/** How the code of a run differs from its commit, where that is to be recorded. */
export interface Uncommitted {
  readonly patch?: string;
  /** Why it is not recorded, though it was to be. */
  readonly notice?: string;
}

/**
 * What git config `redun.captureDirty` asks for: `true`, or the most bytes (`200k`, `5m`). A
 * difference that seems to hold a secret is not recorded: a log is shared.
 * @throws RedunError BAD_CONFIG
 */
export async function uncommittedChanges(
  backend: GitBackend,
  config: GitConfig,
  code: Code,
): Promise<Uncommitted> {
  const limit = limitOf(config.get("redun.captureDirty"));
  if (limit === 0 || !code.dirty || code.commit === undefined) return {};
  const files = (code.files ?? []).map(({ path }) => path);
  const patch = await backend.patch(files.filter((path) => !path.startsWith("../")));
  if (patch === "") return {};
  const why = patch === null ? NO_PATCH : reasonAgainst(patch, limit);
  return why === null
    ? { patch: patch! }
    : { notice: `Uncommitted changes are not recorded: ${why}.` };
}

const NO_PATCH = "they cannot be had without git, or are no text";

function reasonAgainst(patch: string, limit: number): string | null {
  const bytes = Buffer.byteLength(patch);
  if (bytes > limit) {
    return `they have ${bytes} bytes, and git config redun.captureDirty allows ${limit}`;
  }
  return redactText(patch) === patch ? null : "they seem to hold a secret";
}

function limitOf(setting: string | undefined): number {
  if (setting === undefined || /^(?:false|no|off|0|)$/i.test(setting)) return 0;
  if (/^(?:true|yes|on)$/i.test(setting)) return LIMIT;
  const bytes = byteCount(setting);
  if (bytes !== null) return bytes;
  throw new RedunError(
    "BAD_CONFIG",
    `git config redun.captureDirty is "${setting}".`,
    "Write `true`, `false`, or the most bytes that may be recorded: 200k, 5m.",
  );
}
