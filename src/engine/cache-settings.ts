import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";

/** Whose results may be taken. */
export interface CacheTrust {
  /** Those who ran the executions; null for everybody. */
  readonly users: readonly string[] | null;
  /** Only what a commit brought whose signature git takes for good. */
  readonly signedOnly: boolean;
}

/**
 * Whose results may be taken, by git config `redun.cacheFrom`: everybody's (`all`, the default), `mine`, or those of users,
 * with commas between their names; with `signed` among these, of those only what is signed.
 * @param user who runs
 * @throws RedunError BAD_CONFIG for an empty setting
 */
export function cacheTrust(config: GitConfig, user: string): CacheTrust {
  const words = config
    .getAll("redun.cacheFrom")
    .flatMap((text) => text.split(","))
    .map((word) => word.trim());
  if (words.includes("")) {
    throw new RedunError(
      "BAD_CONFIG",
      "git config redun.cacheFrom names nobody.",
      "Write `all`, `mine`, `signed`, or the names of users, with commas between them.",
    );
  }
  const names = words.filter((word) => word !== "signed");
  const isAll = names.length === 0 || names.includes("all");
  return {
    users: isAll ? null : [...new Set(names.map((word) => (word === "mine" ? user : word)))],
    signedOnly: words.includes("signed"),
  };
}
