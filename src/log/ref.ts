import { RedunError } from "../errors.ts";

/** The log that is read and written when nothing else is named. */
export const DEFAULT_LOG = "main";

/**
 * The full ref name of a log. A plain name is a log of `refs/redun/`; a name that begins with
 * `refs/` is taken as it is, a branch included.
 * @throws RedunError BAD_REF for a name that git would refuse (`git check-ref-format`)
 */
export function logRef(name: string = DEFAULT_LOG): string {
  const ref = name.startsWith("refs/") ? name : `refs/redun/${name}`;
  const bad =
    /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/.test(ref) ||
    ref.split("/").some((part) => part.startsWith(".") || part.endsWith(".lock"));
  if (bad) {
    throw new RedunError(
      "BAD_REF",
      `"${name}" cannot be the name of a log.`,
      "Use letters, digits, `-`, `_` and `/`, such as `main` or `team/nightly`.",
    );
  }
  return ref;
}

/** How git abbreviates the ref: `redun/main`. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads\/)?/, "");
}
