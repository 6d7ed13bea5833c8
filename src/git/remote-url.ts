import { redactUrls, withoutUser } from "../redact.ts";
import type { GitConfig } from "./backend.ts";

/**
 * The address that git fetches from for a remote's name: its first URL, with the longest
 * `url.<base>.insteadOf` that it begins with replaced by that base; what is no remote's name is an
 * address itself. Undefined for a remote without one.
 */
export function fetchUrl(config: GitConfig, remote: string): string | undefined {
  const [url] = listOf(config, `remote.${remote}.url`);
  return url === undefined ? undefined : insteadOf(config, url);
}

/** A URL that git pushes to: as it must be given to git, which replaces its prefix, and as that is. */
export interface PushUrl {
  readonly given: string;
  readonly effective: string;
}

/**
 * All addresses that git pushes to for a remote's name. Where there is no `pushurl`, each `url` that begins
 * with a `url.<base>.pushInsteadOf` is replaced; if any is, git pushes to those alone.
 */
export function pushUrls(config: GitConfig, remote: string): readonly PushUrl[] {
  const withBase = (given: string) => ({ given, effective: insteadOf(config, given) });
  const chosen = listOf(config, `remote.${remote}.pushurl`);
  if (chosen.length > 0) return chosen.map(withBase);
  const urls = listOf(config, `remote.${remote}.url`);
  const replaced = urls
    .map((url) => [url, insteadOf(config, url, "pushInsteadOf")] as const)
    .filter(([url, effective]) => url !== effective)
    .map(([, effective]) => ({ given: effective, effective }));
  return replaced.length > 0 ? replaced : urls.map(withBase);
}

/** The values of a list in git's configuration: an empty one begins it anew. */
function listOf(config: GitConfig, key: string): readonly string[] {
  const values = config.getAll(key);
  return values.slice(values.lastIndexOf("") + 1);
}

/** An address with the longest prefix that the configuration replaces replaced. */
export function insteadOf(
  config: GitConfig,
  url: string,
  name: "insteadOf" | "pushInsteadOf" = "insteadOf",
): string {
  let [best, base] = ["", ""];
  for (const candidate of config.subsections("url")) {
    for (const prefix of config.getAll(`url.${candidate}.${name}`)) {
      if (prefix.length > best.length && url.startsWith(prefix)) [best, base] = [prefix, candidate];
    }
  }
  return base + url.slice(best.length);
}

/**
 * A remote's URL without credentials, fit to be stored and shared: no password, no token, no
 * query. A user name stays only where ssh needs it (`ssh://git@host/x`, `git@host:x`).
 */
export function withoutCredentials(url: string): string {
  const text = url.trim();
  // `helper::address` is git's form for remote helpers.
  const helper = /^[a-z][a-z0-9+.-]*::/i.exec(text)?.[0] ?? "";
  const rest = text.slice(helper.length);
  const scheme = /^[a-z][a-z0-9+.-]+:[\\/]+/i.exec(rest)?.[0];
  if (!scheme) return helper + redactUrls(scpLike(rest));
  const address = withoutUser(scheme, rest.slice(scheme.length));
  if (/^file:/i.test(scheme)) return helper + scheme + address;
  return helper + scheme + address.replace(/[?#].*$/s, "");
}

/**
 * `user@host:path` and `[user@host:port]:path`, ssh's short forms; a local path is returned as it
 * is, except what would be a password if it were an address.
 */
function scpLike(text: string): string {
  const [, open = "", user, rest] =
    /^(\[?)([^/@:]*):(?:[^/]*)@([^/@]+:.*)$/s.exec(text) ??
    /^(\/\/)([^/@:]*):(?:[^/]*)@([^/@]+.*)$/s.exec(text) ??
    [];
  return rest === undefined ? text : `${open}${user ? `${user}@` : ""}${rest}`;
}
