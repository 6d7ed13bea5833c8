import { RedunError } from "../errors.ts";
import type { Push } from "./backend.ts";
import { withoutCredentials } from "./remote-url.ts";

/** How git, here or on the other side, says that the ref is not where the push thought it was. */
export const REF_MOVED_AT_REMOTE =
  /fetch first|non-fast-forward|stale info|cannot lock ref|failed to (?:update|lock)|incorrect old value|reference already exists/;

/**
 * A remote that could not be reached, would not let us in, or stopped in the middle. Nothing has
 * moved on this side, and git's refs move only when everything has arrived.
 */
export function remoteFailed(
  action: "fetch" | "push",
  remote: string,
  said: readonly string[],
): RedunError {
  const text = said.join("\n");
  const preposition = action === "fetch" ? "from" : "to";
  return new RedunError(
    "REMOTE_FAILED",
    `Could not ${action} ${preposition} ${withoutCredentials(remote)}: ${words(said)}`,
    hintFor(text, remote),
  );
}

/** A remote that answered no: a hook, a protected ref, a full disk. */
export function pushRejected(
  { remote, ref }: Push,
  why: string,
  said: readonly string[],
): RedunError {
  const full = /No space left|quota|unpacker error/i.test([why, ...said].join("\n"));
  return new RedunError(
    "PUSH_REJECTED",
    `${withoutCredentials(remote)} refused ${ref}: ${why}${said.length > 0 ? `\n${words(said)}` : ""}`,
    full
      ? "The remote could not store it: its disk or quota may be full. Everything is kept here; push again later."
      : "Everything is kept here. The remote's rules decide: ask who runs it to allow pushes to refs/redun/*.",
  );
}

/** git's own words, without the advice that fits branches only, and without credentials. */
function words(said: readonly string[]): string {
  const kept = said.filter(
    (line) =>
      !/^hint:|^error: failed to push some refs|^Please make sure|^and the repository/.test(line),
  );
  const text = (kept.length > 0 ? kept : said).join("\n").replace(/^(?:fatal|error): /, "");
  return (
    text.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, withoutCredentials) ||
    "it ended without a word"
  );
}

function hintFor(text: string, remote: string): string {
  if (
    /Authentication failed|could not read (?:Username|Password)|Permission denied|HTTP 40[13]|error: 40[13]/i.test(
      text,
    )
  ) {
    return `The remote would not let you in. \`git ls-remote ${withoutCredentials(remote)}\` asks in the same way: make it work first.`;
  }
  if (/not appear to be a git repository|not found|No such remote|does not exist/i.test(text)) {
    return "`git remote -v` lists the remotes; a URL or a path will do as well.";
  }
  return "Nothing was lost: everything is kept here. Try again when the remote can be reached.";
}
