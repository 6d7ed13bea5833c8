import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";

/**
 * Whose executions' results may be taken, by git config `redun.cacheFrom`: null for everybody's (`all`,
 * the default), else their users: `mine`, or names with commas between them.
 * @param user who runs
 * @throws RedunError BAD_CONFIG for an empty setting
 */
export function cacheUsers(config: GitConfig, user: string): readonly string[] | null {
  const words = config
    .getAll("redun.cacheFrom")
    .flatMap((text) => text.split(","))
    .map((word) => word.trim());
  if (words.length === 0) return null;
  if (words.includes("")) {
    throw new RedunError(
      "BAD_CONFIG",
      "git config redun.cacheFrom names nobody.",
      "Write `all`, `mine`, or the names of users, with commas between them.",
    );
  }
  if (words.includes("all")) return null;
  return [...new Set(words.map((word) => (word === "mine" ? user : word)))];
}
