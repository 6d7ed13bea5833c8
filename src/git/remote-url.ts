/**
 * A remote's URL without credentials, fit to be stored and shared: no password, no token, no
 * query. A user name stays only where ssh needs it (`ssh://git@host/x`, `git@host:x`).
 */
export function withoutCredentials(url: string): string {
  const text = url.trim();
  // `helper::url` is git's form for remote helpers.
  const helper = /^[a-z][a-z0-9+.-]*::/i.exec(text)?.[0] ?? "";
  const rest = text.slice(helper.length);
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(rest)?.[0];
  if (!scheme) return helper + scpLike(rest);
  if (scheme.toLowerCase() === "file://") return helper + rest;
  return helper + scheme + authority(scheme, rest.slice(scheme.length)).replace(/[?#].*$/s, "");
}

function authority(scheme: string, rest: string): string {
  const end = userEnd(rest);
  if (end < 0) return rest;
  const user = rest.slice(0, end).split(":")[0] ?? "";
  const isSsh = /^(git\+)?ssh(\+git)?:/i.test(scheme);
  const host = rest.slice(end + 1);
  return isSsh && user !== "" ? `${user}@${host}` : host;
}

/**
 * Where user and password end: at the last `@` before the path. A password may hold an unescaped
 * slash; it is seen by a "port" that is no number.
 */
function userEnd(rest: string): number {
  const slash = rest.search(/[/?#]/);
  const first = slash < 0 ? rest : rest.slice(0, slash);
  if (first.includes("@")) return first.lastIndexOf("@");
  const port = first.startsWith("[") ? "" : (/:(.*)$/.exec(first)?.[1] ?? "");
  return /^\d*$/.test(port) ? -1 : rest.lastIndexOf("@");
}

/** `user@host:path`, ssh's short form; a local path is returned as it is. */
function scpLike(text: string): string {
  const match = /^([^/@]*):([^/]*)@([^/:@]+:.*)$/s.exec(text);
  return match ? `${match[1]}@${match[3]}` : text;
}
