import { RedunError } from "../../errors.ts";

/**
 * The names that a path of a tree goes through.
 * @throws RedunError BAD_RECORD for a path that git does not allow
 */
export function namesOf(path: string): string[] {
  const names = path.split("/");
  const bad = names.find((name) => !isAllowed(name));
  if (bad === undefined) return names;
  throw new RedunError(
    "BAD_RECORD",
    `git allows no file ${JSON.stringify(path)} in a tree: ${JSON.stringify(bad)} is no valid name.`,
    "Names may not be empty, `.`, `..` or any spelling of `.git`, nor hold a NUL.",
  );
}

/** The rules of `git fsck`, with what the file systems of macOS and Windows also take for .git. */
function isAllowed(name: string): boolean {
  if (name === "" || name === "." || name === ".." || name.includes("\0")) return false;
  const seen = name.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "");
  return !/^(?:\.git|git~1)[. ]*(?:$|[:\\])/i.test(seen) && !/\\\.git(?:$|\\)/i.test(seen);
}
