import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitConfig, Oid, Repository, Transfer } from "../git/backend.ts";
import { headRef } from "../git/files/refs.ts";
import { fetchUrl, withoutCredentials } from "../git/remote-url.ts";
import type { Log } from "../log/log.ts";
import { DEFAULT_REF, logName, logOption, TRACKING_REFS } from "../log/ref.ts";
import { assertOwn } from "../log/writable.ts";
import { didYouMean } from "../suggest.ts";
import { blobId } from "../value/oid.ts";
import { shellWord } from "../value/shown-text.ts";
import { seenElsewhere } from "./seen-at.ts";

/** One log at a remote, and where we note its state as last seen. */
export interface RemoteLog {
  /** The name of a configured remote, a URL, or a path: what git is given. */
  readonly remote: string;
  /** One of the remote's push URLs that is a place of its own: see destinations.ts. */
  readonly url?: string | undefined;
  /** As shown to people: a URL without its password. */
  readonly name: string;
  /** The log's ref; it is the same in both repositories. */
  readonly ref: string;
  /** The ref of ours that follows it. */
  readonly tracking: string;
  /**
   * How refs begin that keep what it held before it was rewritten. They are in a directory of their own:
   * `git fetch --prune` removes what a remote lacks from the one that follows it.
   */
  readonly former: string;
  /** The directory of the refs that follow what is at that URL, by whatever name it goes. */
  readonly place: string;
}

/**
 * A log's counterpart at a remote.
 * @throws RedunError BAD_REF for a ref that itself follows a remote's
 */
export function remoteLogFor(remote: string, ref: string, config?: GitConfig): RemoteLog {
  assertOwn(ref);
  const folder = trackingFolder(remote, config);
  const url = config && fetchUrl(config, remote);
  // Another password is not another place.
  const place = url === undefined ? folder : addressFolder(withoutCredentials(url));
  const refs = refsIn(folder, ref);
  return { remote, name: withoutCredentials(remote), ref, ...refs, place };
}

/** As `remoteLog`, at one push URL of a remote that is another place than it is fetched from. */
export function remoteLogAt(remote: string, url: string, ref: string): RemoteLog {
  assertOwn(ref);
  const place = addressFolder(url);
  return { remote, url, name: withoutCredentials(url), ref, ...refsIn(place, ref), place };
}

/** How to name the remote to git. */
export function address({ remote, url }: RemoteLog): Pick<Transfer, "remote" | "url"> {
  return { remote, url };
}

/** The refs that a directory of tracking refs has for a log. */
export function refsIn(folder: string, ref: string): Pick<RemoteLog, "tracking" | "former"> {
  const log = logName(ref);
  return { tracking: `${folder}${log}`, former: `${formerFolder(folder)}${log}-` };
}

/**
 * The directory of the refs that follow a remote's logs: the one where git itself puts them since
 * `redun-git init`, which a renamed remote keeps; else that of its name, if no other remote has it.
 */
export function trackingFolder(remote: string, config?: GitConfig): string {
  const own = nameFolder(remote);
  if (!config) return own;
  const written = writtenFolder(config, remote);
  if (written !== null) return written;
  const isTaken = config
    .subsections("remote")
    .some((other) => other !== remote && writtenFolder(config, other) === own);
  return isTaken ? addressFolder(remote) : own;
}

/** The directory of a remote that has its name to itself. A URL or path is known by its hash. */
export function nameFolder(remote: string): string {
  const isName = /^[A-Za-z0-9][\w-]*(?:[./][\w-]+)*$/.test(remote) && !/\.lock(\/|$)/.test(remote);
  return isName ? `${TRACKING_REFS}${remote}/` : addressFolder(remote);
}

/** The directory that the configuration tells git to put a remote's logs in; null if it does not say. */
export function writtenFolder(config: GitConfig, remote: string): string | null {
  const specs = config.getAll(`remote.${remote}.fetch`);
  const found = specs.map((spec) => FETCH_REFSPEC.exec(spec)?.[1]).find((folder) => folder);
  return found ?? null;
}

/** The refspec of `init`, whatever name the remote had then. */
const FETCH_REFSPEC = new RegExp(`^\\+?refs/redun/\\*:(${TRACKING_REFS}[^*]+/)\\*$`);

function addressFolder(url: string): string {
  return `${TRACKING_REFS}url-${blobId(url, "sha1").slice(0, 12)}/`;
}

/** The directory of the refs that keep what they held before they were rewritten. */
function formerFolder(folder: string): string {
  return `${folder.slice(0, -1)}.rewritten/`;
}

/**
 * Whose log a tracking ref follows, or what that was before it was rewritten: the name of a
 * configured remote; null for a URL or a path, of which only a hash is known; undefined for a
 * remote that is no longer configured.
 */
export function remoteOfTracking(config: GitConfig, tracking: string): string | null | undefined {
  const known = config.subsections("remote").find((name) => {
    const folder = trackingFolder(name, config);
    return [folder, formerFolder(folder)].some((start) => tracking.startsWith(start));
  });
  const isAddress = /^url-[0-9a-f]{12}(?:\.rewritten)?\//.test(
    tracking.slice(TRACKING_REFS.length),
  );
  return known ?? (isAddress ? null : undefined);
}

/**
 * The remote that is meant: the one named, else that of the current branch, else `origin`, else
 * the only one there is.
 * @throws RedunError UNKNOWN_REMOTE if none is named and none can be meant, and for a mistyped name
 */
export function chooseRemote(
  { backend }: Pick<Log, "backend">,
  config: GitConfig,
  named: string | undefined,
  direction: "fetch" | "push",
): string {
  if (named) return knownRemote(backend.repository, config, named);
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
      ? `No remote is named "origin", and the branch follows none of them: ${names.join(", ")}.`
      : "This repository has no remote.",
    names.length > 0
      ? "Name one of them, or give a URL or a path."
      : "Add one with `git remote add origin <url>`, or give a URL or a path.",
  );
}

/** The command-line words that choose this log and this remote. */
export function wordsFor({ name, ref }: Pick<RemoteLog, "name" | "ref">): string {
  const words = shellWord(name);
  return ref === DEFAULT_REF ? words : `${logOption(ref)} ${words}`;
}

/** A word that is not a remote's name may be a URL or a path, which git will check, or mistyped. */
function knownRemote({ workTree, gitDir }: Repository, config: GitConfig, named: string): string {
  const names = config.subsections("remote");
  const mayBeName = /^[\w.-]+$/.test(named) && !existsSync(resolve(workTree ?? gitDir, named));
  const meant = mayBeName && !names.includes(named) ? didYouMean(named, names) : "";
  if (!meant) return named;
  throw new RedunError(
    "UNKNOWN_REMOTE",
    `There is no remote "${named}".${meant}`,
    "`git remote -v` lists the remotes; a URL or a path works too.",
  );
}

/**
 * Where a log's tip was at a remote when we last looked; null if there was none, or if that was
 * another remote, which had its name before.
 */
export async function lastSeen({ backend }: Log, remote: RemoteLog): Promise<Oid | null> {
  if (seenElsewhere(backend.repository, remote) !== null) return null;
  return backend.resolve(remote.tracking);
}

/**
 * Refuses a name that is not a remote's: it may be mistyped.
 * @param seen where its log was, by `lastSeen`; what was fetched from a URL or a path is known
 * @throws RedunError UNKNOWN_REMOTE
 */
export function assertKnown(config: GitConfig, { remote, name }: RemoteLog, seen: Oid | null) {
  if (seen !== null || config.subsections("remote").includes(remote)) return;
  throw new RedunError(
    "UNKNOWN_REMOTE",
    `There is no remote "${name}", and nothing was ever fetched from such a place.`,
    "`redun-git remote` lists the remotes; `redun-git fetch` takes a URL or a path as well.",
  );
}
