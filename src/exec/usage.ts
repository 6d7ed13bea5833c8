import { readFileSync, realpathSync } from "node:fs";

/** What a program and all that it started took of the machine, where the system tells. */
export interface Usage {
  /** Seconds of processor time, in the program and in the kernel for it. */
  readonly userTime?: number;
  readonly systemTime?: number;
  /** The most bytes that all its processes, except our own, had in memory at once, at the moments of a look. */
  readonly peakMemory?: number;
}

/** Milliseconds between two looks at the memory: short at first, for programs that end soon. */
const FIRST_LOOK = 20;
const LAST_LOOK = 1000;
/** Linux counts processor time of ended children in these, whatever its own clock is. */
const TICKS_PER_SECOND = 100;
const PAGE = 4096;

/** Watches a program through Linux' /proc; elsewhere it knows nothing. */
export class UsageWatch {
  readonly #pid: number;
  readonly #before: readonly [user: number, system: number] | null;
  #timer: NodeJS.Timeout | undefined;
  #peak = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#before = endedChildren();
    // A program that has just started has nothing in memory yet.
    if (this.#before) this.#lookAfter(FIRST_LOOK);
  }

  /** To be called when the program has ended. */
  end(): Usage {
    clearTimeout(this.#timer);
    const after = endedChildren();
    if (!this.#before || !after) return {};
    return {
      userTime: (after[0] - this.#before[0]) / TICKS_PER_SECOND,
      systemTime: (after[1] - this.#before[1]) / TICKS_PER_SECOND,
      ...(this.#peak > 0 && { peakMemory: this.#peak }),
    };
  }

  #lookAfter(wait: number): void {
    this.#timer = setTimeout(() => {
      this.#peak = Math.max(this.#peak, memoryOf(this.#pid));
      this.#lookAfter(Math.min(wait * 1.5, LAST_LOOK));
    }, wait).unref();
  }
}

/** Ticks that this process' ended children, and theirs, have used. */
function endedChildren(): [number, number] | null {
  const fields = read("/proc/self/stat")
    ?.replace(/^.*\) /s, "")
    .split(" ");
  return fields ? [Number(fields[13]), Number(fields[14])] : null;
}

/** Bytes in memory of a process and all below it, pages that they share counted for each. */
function memoryOf(pid: number): number {
  const pages = isOurs(pid) ? 0 : Number(read(`/proc/${pid}/statm`)?.split(" ")[1] ?? 0);
  const children = read(`/proc/${pid}/task/${pid}/children`)?.split(" ").filter(Boolean) ?? [];
  return children.reduce((sum, child) => sum + memoryOf(Number(child)), pages * PAGE);
}

/** Whether a process is the command line that records a step. */
function isOurs(pid: number): boolean {
  const script = read(`/proc/${pid}/cmdline`)?.split("\0")[1];
  return Boolean(script?.startsWith("/")) && realPath(script!) === OWN;
}

const OWN = realPath(process.argv[1] ?? "");

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
