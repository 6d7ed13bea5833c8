import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { isRefName } from "../git/files/refs.ts";
import { shellWord } from "../value/shown-text.ts";

/** The log that is read and written when nothing else is named. */
export const DEFAULT_REF = "refs/redun/main";

/** What the logs of remotes were at the last fetch: `refs/redun/remotes/<remote>/<log>`. */
export const TRACKING_REFS = "refs/redun/remotes/";

/** Which log is meant. Of the two at most one may be given. */
export interface LogChoice {
  /** Its name: `nightly` is the ref `refs/redun/nightly`. */
  readonly log?: string | undefined;
  /** Its ref, such as a branch: `refs/heads/records`. */
  readonly ref?: string | undefined;
}

/**
 * The full ref name of the log that is chosen; else that of git config `redun.log`, then of
 * `redun.ref`, then `refs/redun/main`.
 * @throws RedunError USAGE for a name that none can have, and when both a name and a ref are given;
 * BAD_CONFIG when the name is that of a setting
 */
export function chosenRef({ log, ref }: LogChoice, config: GitConfig): string {
  if (log !== undefined && ref !== undefined) {
    throw new RedunError(
      "USAGE",
      "Both a log and a ref are given, and only one can be used.",
      `\`--log ${log}\` is short for \`--ref refs/redun/${log}\`.`,
    );
  }
  const given = log ?? ref;
  if (given !== undefined) {
    const cannot = `"${given}" cannot be the name of a log.`;
    return logRef(given) ?? refuse("USAGE", cannot, given);
  }
  for (const key of ["redun.log", "redun.ref"]) {
    const name = config.get(key);
    if (name === undefined) continue;
    const cannot = `git config ${key} is "${name}", which cannot be the name of a log.`;
    return logRef(name) ?? refuse("BAD_CONFIG", cannot, name);
  }
  return DEFAULT_REF;
}

/**
 * The full ref name of a log. A plain name is a log of `refs/redun/`; a name that begins with
 * `refs/` is taken as it is, a branch included. Null for a name that git would refuse (`git
 * check-ref-format`), and for HEAD, which means something else wherever git takes a name.
 */
function logRef(name: string): string | null {
  const ref = name.startsWith("refs/") ? name : `refs/redun/${name}`;
  return isRefName(ref) && !ref.endsWith("/HEAD") ? ref : null;
}

function refuse(code: "USAGE" | "BAD_CONFIG", message: string, name: string): never {
  const hint = name.endsWith("HEAD")
    ? "HEAD is what git has checked out. A branch that is a log is chosen by its full name: `refs/heads/<branch>`."
    : "Use letters, digits, `-`, `_` and `/`, such as `main` or `team/nightly`.";
  throw new RedunError(code, message, hint);
}

/** Whether a ref follows a remote's log. */
export const isTracking = (ref: string): boolean => ref.startsWith(TRACKING_REFS);

/** Whether a ref is among those that hold logs by default. */
export const isLogRef = (ref: string): boolean => ref.startsWith("refs/redun/") && !isTracking(ref);

/** How git abbreviates the ref: `redun/main`. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads\/)?/, "");
}

/** What people call a log: `nightly`; the whole ref of one that is not in `refs/redun/`. */
export function logName(ref: string): string {
  return ref.replace(/^refs\/redun\//, "");
}

/** The words that choose a log, quoted for a shell: `--log nightly`, `--ref refs/heads/records`. */
export function logOption(ref: string): string {
  const name = logName(ref);
  return `${name === ref ? "--ref" : "--log"} ${shellWord(name)}`;
}

/** What a command line must end with to mean a log: nothing for the one that is chosen anyway. */
export function logWords(ref: string, config: GitConfig): string {
  return ref === chosenRef({}, config) ? "" : ` ${logOption(ref)}`;
}
