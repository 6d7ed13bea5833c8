import { hostname } from "node:os";
import type { GitConfig, Identity } from "../backend.ts";
import { osUser, stamp } from "../identity.ts";

/**
 * Author and committer by git's rules: environment, then configuration. Where git would refuse to
 * guess, the name of the operating system's user and `user@host` are taken, because a run must be
 * recorded in a bare container too.
 */
export function identityOf(config: GitConfig, env: NodeJS.ProcessEnv, now = new Date()): Identity {
  const line = (role: "author" | "committer") => {
    const variable = `GIT_${role.toUpperCase()}`;
    const name = [
      env[`${variable}_NAME`],
      config.get(`${role}.name`),
      config.get("user.name"),
      osUser(env),
    ];
    // An empty e-mail address is allowed, an empty name is not.
    const email =
      env[`${variable}_EMAIL`] ??
      config.get(`${role}.email`) ??
      config.get("user.email") ??
      (env.EMAIL || `${osUser(env)}@${hostname() || "localhost"}`);
    const date = parseDate(env[`${variable}_DATE`] ?? "") ?? stamp(now);
    return `${name.map((text) => clean(text ?? "")).find(Boolean) ?? "unknown"} <${clean(email)}> ${date}`;
  };
  return { author: line("author"), committer: line("committer") };
}

/** What git strips from a name or address: it would break the line, or is a stray delimiter. */
function clean(text: string): string {
  return text
    .replace(/[\n<>\0]/g, "")
    .replace(/^[\x00-\x20.,:;"\\']+/, "")
    .replace(/[\x00-\x20.,:;"\\']+$/, "");
}

/**
 * `<seconds> <zone>` with or without `@`, ISO 8601 or RFC 2822, as git writes a date; null for
 * anything else.
 */
function parseDate(text: string): string | null {
  const raw = /^\s*@?(\d+)(?:\s+([+-]\d{4}))?\s*$/.exec(text);
  if (raw) return `${raw[1]} ${raw[2] ?? "+0000"}`;
  const iso =
    /^\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d|)\s*$/i.exec(
      text,
    );
  const mail = /^\s*((?:\w{3}, *)?\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d) ([+-]\d{4})\s*$/.exec(text);
  const [day, zone] = iso ? [`${iso[1]}T${iso[2]}`, iso[3]!] : [mail?.[1], mail?.[2] ?? ""];
  if (!day) return null;
  const offset = /^z$/i.test(zone) ? "+0000" : zone.replace(":", "");
  // Date does not read an offset without a colon in an ISO date.
  const date = new Date(iso ? day + offset.replace(/(\d\d)$/, ":$1") : `${day} ${offset}`);
  // Before 1970 there is no date for git, which takes the present then.
  if (!(date.getTime() >= 0)) return null;
  return offset ? `${Math.floor(date.getTime() / 1000)} ${offset}` : stamp(date);
}
