/** Why a folder's repository is not used, as git and the file reader both have to say it. */
import { RedunError } from "../errors.ts";

/** @param why half a sentence: what was found instead */
export function notARepository(cwd: string, why?: string): RedunError {
  return new RedunError(
    "NOT_A_REPOSITORY",
    why
      ? `There is no git repository for ${cwd}: ${oneLine(why)}.`
      : `There is no git repository in ${cwd} or in any directory above it.`,
    "redun-git keeps its log in a git repository. Make one with `git init`, or change to a directory inside one.",
  );
}

/** For a repository whose configuration must not be obeyed, by the rule of SECURITY.md. */
export function unsafeRepository(said: string): RedunError {
  const [first = "", ...rest] = said.split("\n");
  const command = rest.find((line) => /^\s*git config/.test(line))?.trim();
  return new RedunError(
    "UNSAFE_REPOSITORY",
    `git does not trust this repository: ${first}.`,
    command
      ? `Its settings could start programs. If you trust it all the same: \`${command}\`.`
      : "Its settings could start programs. SECURITY.md says when a repository is trusted.",
  );
}

const oneLine = (said: string) => said.replace(/\.?\n/g, ". ").replace(/\.$/, "");

export function unsupportedRepository(why: string): RedunError {
  return new RedunError(
    "UNSUPPORTED_REPOSITORY",
    `This repository cannot be used: ${why}.`,
    "It was made for a newer git: install one that knows it.",
  );
}
