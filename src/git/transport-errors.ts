import { RedunError } from "../errors.ts";
import type { Push } from "./backend.ts";
import { withoutCredentials } from "./remote-url.ts";

/** How git, here or on the other side, says that the ref is not where the push thought it was. */
export const REF_MOVED_AT_REMOTE =
  /fetch first|non-fast-forward|stale info|cannot lock ref|failed to (?:update|lock)|incorrect old value|reference already exists/;

/** How git says that a ref cannot be there beside another one. */
export const NAME_IN_THE_WAY = /'([^']+)' exists; cannot create/;

/** A remote that has a ref where ours would need a folder, or the other way round. */
export function nameInTheWay({ remote, url, ref }: Push, why: string): RedunError {
  const other = NAME_IN_THE_WAY.exec(why)?.[1] ?? "another ref";
  const name = withoutCredentials(url ?? remote);
  return new RedunError(
    "PUSH_REJECTED",
    `${name} has ${other}, so it cannot have ${ref}: git keeps no ref below another one.`,
    "Push a log of another name, or have the remote's ref renamed. Everything is kept here.",
  );
}

/**
 * A remote that could not be reached, would not let us in, or stopped in the middle. Nothing has
 * moved on this side, and git's refs move only when everything has arrived.
 * @param said git's words and the remote's, line by line
 */
export function remoteFailed(
  action: "fetch" | "push",
  remote: string,
  said: readonly string[],
): RedunError {
  const name = withoutCredentials(remote);
  const lines = words(said);
  return new RedunError(
    "REMOTE_FAILED",
    withLines(`Could not ${action} ${action === "fetch" ? "from" : "to"} ${name}`, lines),
    hintFor(said.join("\n"), name),
  );
}

/** What a remote sends is more than is taken. Nothing has moved. */
export function refusedPack(remote: string, why: string, hint: string): RedunError {
  return new RedunError(
    "REMOTE_FAILED",
    `What ${withoutCredentials(remote)} sends is not taken. ${why}`,
    `Nothing was fetched. ${hint}`,
  );
}

/** A remote that answered no: a hook, a protected ref, a full disk. */
export function pushRejected(
  { remote, url, ref }: Push,
  why: string,
  said: readonly string[],
): RedunError {
  const reason = why.replace(/^\[remote rejected\] \((.*)\)$/, "$1");
  const lines = words(said).map((line) => line.replace(/^remote: ?/, ""));
  return new RedunError(
    "PUSH_REJECTED",
    [`${withoutCredentials(url ?? remote)} refused ${ref}: ${reason}`, ...lines].join("\n  "),
    whyNotStored([why, ...said].join("\n")) ??
      "Everything is kept here. The remote's rules decide: ask who runs it to allow pushes to refs/redun/*.",
  );
}

/** One line of words follows what happened, several go below. */
function withLines(what: string, lines: readonly string[]): string {
  if (lines.length === 0) return `${what}: it ended without a word`;
  return lines.length === 1 ? `${what}: ${lines[0]}` : [what, ...lines].join("\n  ");
}

/**
 * git's own words, without credentials, the advice that fits branches only, and what only says that
 * it came to an end: that is left out where anything else was said.
 */
function words(said: readonly string[]): string[] {
  const lines = said
    .filter((line) => !ADVICE.test(line))
    .map((line) => line.replace(/^(?:fatal|error): /, ""))
    .map((line) => line.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, withoutCredentials));
  const telling = lines.filter((line) => !ENDED.test(line));
  return telling.length > 0 ? telling : lines.slice(0, 1);
}

const ADVICE =
  /^hint:|^error: failed to push some refs|^Please make sure|^and the repository exists/;
const ENDED =
  /^Could not read from remote repository|^the remote end hung up|^send-pack: unexpected disconnect/;

/** Why a remote did not store what it was sent, by the first of these words that it or git said. */
const NOT_STORED: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    /No space left|quota|File size limit/i,
    "The remote could not store it: its disk or quota may be full. Everything is kept here; push again later.",
  ],
  [
    /is corrupt$|data stream error|unable to read|bad (?:tree|blob|commit) object|missing (?:tree|blob|commit)/im,
    "An object is damaged or missing, in this repository or the remote's: `git fsck` in each tells which. Fetch it again, or copy it from another clone.",
  ],
  [
    /fsck error|error: object [0-9a-f]{40,}: \w+:/,
    "The remote checks what it is sent, and an object of this log is malformed. `git fsck` tells which. Everything is kept here; a log that came from others may have to be fetched anew, from where it is whole.",
  ],
  [
    /unpacker error/,
    "The remote could not store it: its repository may be read-only for you, or lack room. Everything is kept here; ask who runs it, and push again.",
  ],
];

function whyNotStored(text: string): string | undefined {
  return NOT_STORED.find(([words]) => words.test(text))?.[1];
}

function hintFor(text: string, name: string): string {
  const status = Number(
    /\b(?:HTTP(?: Error:)?|returned error:) ([45]\d\d)\b/.exec(text)?.[1] ?? Number.NaN,
  );
  if (status === 401 || status === 403 || NOT_LET_IN.test(text)) {
    return `The remote would not let you in. \`git ls-remote ${name}\` asks in the same way: make it work first.`;
  }
  if (status === 413) {
    return "It is more than the remote's server takes at once. Everything is kept here: ask who runs it for a higher limit (nginx: client_max_body_size), or push over ssh.";
  }
  if (status === 429 || status >= 500) {
    return "The remote's server was reached and has a problem of its own. Everything is kept here: try again later, or ask who runs it.";
  }
  if (/not appear to be a git repository|not found|No such remote|does not exist/i.test(text)) {
    return "`git remote -v` lists the remotes; a URL or a path works too.";
  }
  const notStored = whyNotStored(text);
  if (notStored !== undefined) return notStored;
  return NOT_REACHED.test(text)
    ? "Nothing was lost: everything is kept here. Try again when the remote can be reached."
    : "Nothing was lost: everything is kept here. Try again, and ask who runs the remote if that does not help.";
}

const NOT_LET_IN =
  /Authentication failed|could not read (?:Username|Password)|Permission denied|Host key verification/i;
const NOT_REACHED =
  /resolve host|connect to|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|unreachable|no route to host|timed out/i;
