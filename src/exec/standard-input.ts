import { fstatSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { isatty } from "node:tty";

/** The tag of a job whose program may have read something that is not recorded: `pipe`, `socket` or `file`. */
export const STDIN = "stdin";

/** What stands on the standard input of this process, which is that of the program it starts. */
export interface StandardInput {
  /** A file that is read from its start; null for anything else, or where the system does not tell. */
  readonly path: string | null;
  /** What it is, if that may be read and is not a terminal. */
  readonly kind: "pipe" | "socket" | "file" | null;
}

export function standardInput(): StandardInput {
  try {
    const stats = fstatSync(0);
    if (stats.isFIFO()) return { path: null, kind: "pipe" };
    if (stats.isSocket()) return { path: null, kind: "socket" };
    if (!stats.isFile()) return { path: null, kind: null };
    return { path: pathOf(stats.dev, stats.ino), kind: "file" };
  } catch {
    // It is closed.
    return { path: null, kind: null };
  }
}

function pathOf(dev: number, ino: number): string | null {
  try {
    const path = readlinkSync("/proc/self/fd/0");
    const stats = statSync(path);
    const isRead = !/^pos:\s*0$/m.test(readFileSync("/proc/self/fdinfo/0", "utf8"));
    return stats.dev === dev && stats.ino === ino && !isRead && !isatty(0) ? path : null;
  } catch {
    return null;
  }
}

/** What may be read there beside a program's inputs; null if nothing. */
export function unknownInput(
  { path, kind }: StandardInput,
  inputs: readonly string[],
): StandardInput["kind"] {
  return path !== null && inputs.includes(path) ? null : kind;
}
