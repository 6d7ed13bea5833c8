import { Minimatch } from "minimatch";

/** A longer pattern is a mistake. */
export const MAX_GLOB = 1000;

const OPTIONS = {
  dot: true,
  nobrace: true,
  nocomment: true,
  noext: true,
  nonegate: true,
  platform: "linux",
} as const;

/**
 * Whether a text matches a pattern of `*`, `?` and `[a-z]`; a backslash takes the special meaning
 * of what follows. Texts are no paths: `*` goes over slashes. Takes polynomial time at worst.
 */
export function globMatcher(glob: string): (text: string) => boolean {
  const matcher = new Minimatch(oneName(glob), OPTIONS);
  return (text) => matcher.match(oneName(text));
}

/**
 * What minimatch takes for a single name in a directory, and none of those that it has rules for:
 * the empty one, `.` and `..`.
 */
function oneName(text: string): string {
  return `x${text.replaceAll("/", "\ufdd0")}`;
}
