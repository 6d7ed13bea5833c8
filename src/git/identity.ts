import { hostname, userInfo } from "node:os";

/** The OS user's name, or "unknown" where the user id has no name (some containers). */
export function osUser(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? env.USERNAME ?? "unknown";
  }
}

/** An identity line from the machine alone, for where git has none: `user <user@host> now zone`. */
export function machineIdentity(env: NodeJS.ProcessEnv, now = new Date()): string {
  const user = osUser(env);
  return `${user} <${user}@${hostname() || "localhost"}> ${stamp(now)}`;
}

/** A date as git writes it: seconds since 1970, when its time begins, and the local zone as +hhmm. */
export function stamp(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? "-" : "+";
  const two = (n: number) => String(Math.trunc(n)).padStart(2, "0");
  const absolute = Math.abs(minutes);
  return `${Math.max(Math.floor(date.getTime() / 1000), 0)} ${sign}${two(absolute / 60)}${two(absolute % 60)}`;
}
