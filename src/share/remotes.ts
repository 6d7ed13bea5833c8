import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitConfig, Oid, Repository } from "../git/backend.ts";
import { headRef } from "../git/files/refs.ts";
import { withoutCredentials } from "../git/remote-url.ts";
import type { Log } from "../log/log.ts";
import { DEFAULT_REF, logName, logOption, TRACKING_REFS } from "../log/ref.ts";
import { expectOwn } from "../log/writable.ts";
import { didYouMean } from "../suggest.ts";
import { blobId } from "../value/oid.ts";
import { shellWord } from "../value/shown-text.ts";

/** One log as a remote has it, and where we note what that was when we last looked. */
export interface RemoteLog {
  /** The name of a configured remote, a URL, or a path: what git is given. */
  readonly remote: string;
  /** As people should see it: a URL without its password. */
  readonly name: string;
  /** The log's ref, which is the same there and here. */
  readonly ref: string;
  /** The ref of ours that follows it. */
  readonly tracking: string;
  /**
   * How refs begin that keep what it held before it was rewritten. They are in a folder of their own:
   * `git fetch --prune` removes what a remote lacks from the one that follows it.
   */
  readonly former: string;
}

/**
 * A log's counterpart at a remote.
 * @throws RedunError BAD_REF for a ref that itself follows a remote's
 */
export function remoteLog(remote: string, ref: string): RemoteLog {
  expectOwn(ref);
  const log = logName(ref);
  const tracking = `${trackingFolder(remote)}${log}`;
  const former = `${formerFolder(remote)}${log}-`;
  return { remote, name: withoutCredentials(remote), ref, tracking, former };
}

/** The folder of the refs that follow a remote's logs. A URL or path is known by its hash. */
export function trackingFolder(remote: string): string {
  const isName = /^[A-Za-z0-9][\w-]*(?:[./][\w-]+)*$/.test(remote) && !/\.lock(\/|$)/.test(remote);
  return `${TRACKING_REFS}${isName ? remote : `url-${blobId(remote, "sha1").slice(0, 12)}`}/`;
}

/** The folder of the refs that keep what they held before they were rewritten. */
function formerFolder(remote: string): string {
  return `${trackingFolder(remote).slice(0, -1)}.rewritten/`;
}

/**
 * Whose log a tracking ref follows, or what that was before it was rewritten: the name of a
 * configured remote; null for a URL or a path, of which a hash alone is known; undefined for a
 * remote that is configured no more.
 */
export function remoteOfTracking(config: GitConfig, tracking: string): string | null | undefined {
  const known = config
    .subsections("remote")
    .find((name) =>
      [trackingFolder(name), formerFolder(name)].some((folder) => tracking.startsWith(folder)),
    );
  const isAddress = /^url-[0-9a-f]{12}(?:\.rewritten)?\//.test(
    tracking.slice(TRACKING_REFS.length),
  );
  return known ?? (isAddress ? null : undefined);
}

/**
 * The remote that is meant: the one named, else that of the current branch, else `origin`, else
 * the only one there is.
 * @throws RedunError UNKNOWN_REMOTE where none is named and none can be meant, and for a slip of
 * the finger in a name
 */
export function chooseRemote(
  { backend }: Pick<Log, "backend">,
  config: GitConfig,
  named: string | undefined,
  direction: "fetch" | "push",
): string {
  if (named) return expectRemote(backend.repository, config, named);
  const branch = /^refs\/heads\/(.+)$/s.exec(headRef(backend.repository) ?? "")?.[1];
  const pushed =
    direction === "push"
      ? [branch && config.get(`branch.${branch}.pushRemote`), config.get("remote.pushDefault")]
      : [];
  const names = config.subsections("remote");
  const only = names.length === 1 ? names : [];
  const followed = [...pushed, branch && config.get(`branch.${branch}.remote`)];
  const origin = names.includes("origin") ? ["origin"] : only;
  // A branch that follows a branch of this repository has the remote ".".
  const chosen = [...followed, ...origin].find((name) => name && name !== ".");
  if (chosen) return chosen;
  throw new RedunError(
    "UNKNOWN_REMOTE",
    names.length > 0
      ? `None of the remotes is "origin", and the branch follows none: ${names.join(", ")}.`
      : "This repository has no remote.",
    names.length > 0
      ? "Name one of them, or give a URL or a path."
      : "Add one with `git remote add origin <url>`, or give a URL or a path.",
  );
}

/** The words that make a command mean this log and this remote. */
export function wordsFor({ name, ref }: RemoteLog): string {
  const words = shellWord(name);
  return ref === DEFAULT_REF ? words : `${logOption(ref)} ${words}`;
}

/** A word that is no remote's name may be a URL or a path, which git will find out, or a slip. */
function expectRemote({ workTree, gitDir }: Repository, config: GitConfig, named: string): string {
  const names = config.subsections("remote");
  const mayBeName = /^[\w.-]+$/.test(named) && !existsSync(resolve(workTree ?? gitDir, named));
  const meant = mayBeName && !names.includes(named) ? didYouMean(named, names) : "";
  if (!meant) return named;
  throw new RedunError(
    "UNKNOWN_REMOTE",
    `There is no remote "${named}".${meant}`,
    "`git remote -v` lists the remotes; a URL or a path will do as well.",
  );
}

/** Where a log's tip was at a remote when we last looked; null when there was none. */
export function lastSeen({ backend }: Log, { tracking }: RemoteLog): Promise<Oid | null> {
  return backend.resolve(tracking);
}

/**
 * Refuses a name that stands for no remote: it may be mistyped.
 * @param seen where its log was, by `lastSeen`; what was fetched from a URL or a path is known
 * @throws RedunError UNKNOWN_REMOTE
 */
export function assertKnown(config: GitConfig, { remote, name }: RemoteLog, seen: Oid | null) {
  if (seen !== null || config.subsections("remote").includes(remote)) return;
  throw new RedunError(
    "UNKNOWN_REMOTE",
    `There is no remote "${name}", and nothing was fetched from such a place.`,
    "`redun-git remote` lists the remotes; `redun-git fetch` takes a URL or a path as well.",
  );
}
