/** Where git itself would put other logs in place of ours: a mirror (`+refs/*:refs/*`). */
import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { isTrue } from "../git/files/config-values.ts";
import { shellWord } from "../value/shown-text.ts";
import { logName } from "./ref.ts";

/** A refspec that keeps every fetch of a remote, and its pruning, away from logs. */
export const NO_LOGS = "^refs/redun/*";

/**
 * Refuses a ref that the next `git fetch` would set to what a remote has, or remove: what was
 * recorded there and not pushed yet would be gone, and in a bare repository no reflog has it.
 * @throws RedunError BAD_REF
 */
export function assertNotMirrored(config: GitConfig, ref: string): void {
  const remote = config.subsections("remote").find((name) => overwrites(config, name, ref));
  if (remote === undefined) return;
  throw new RedunError(
    "BAD_REF",
    `${logName(ref)} would be lost here: \`git fetch\` sets ${ref} to what ${remote} has.`,
    `Keep the logs of this mirror out of that with \`git config --add ${shellWord(`remote.${remote}.fetch`)} '${NO_LOGS}'\` (\`redun-git init\` does it, too); \`redun-git pull\` brings what ${remote} has.`,
  );
}

/** Whether a plain fetch of a remote may move a ref to anything, or remove it. */
export function overwrites(config: GitConfig, remote: string, ref: string): boolean {
  const specs = config.getAll(`remote.${remote}.fetch`);
  const prunes = isTrue(config.get(`remote.${remote}.prune`) ?? config.get("fetch.prune"));
  const excluded = specs.filter((spec) => spec.startsWith("^")).map((spec) => spec.slice(1));
  return specs.some((spec) => {
    const [, force = "", from = "", to = ""] = /^(\+?)([^:^]*):(.+)$/s.exec(spec) ?? [];
    const source = matched(to, from, ref);
    if (source === null || (force === "" && !prunes)) return false;
    return !excluded.some((pattern) => matched(pattern, pattern, source) !== null);
  });
}

/** What a pattern's other side makes of a name that it matches; null for one that it does not. */
function matched(pattern: string, other: string, name: string): string | null {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === name ? other : null;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (name.length < head.length + tail.length) return null;
  if (!name.startsWith(head) || !name.endsWith(tail)) return null;
  const middle = name.slice(head.length, name.length - tail.length);
  return other.replace("*", () => middle);
}
