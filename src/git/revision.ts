import { RedunError } from "../errors.ts";

/** The error for a revision that means no commit of the repository. */
export function unknownRevision(revision: string, cause?: unknown): RedunError {
  return new RedunError(
    "UNKNOWN_REVISION",
    `${JSON.stringify(revision)} names no commit in this repository.`,
    "Name a branch, a tag or the id of a commit, or a range of two of them such as main..topic.",
    { cause },
  );
}
