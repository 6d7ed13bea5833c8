import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import { ArrayFolder, type SharedCall } from "./array-folder.ts";
import type { Mirror } from "./mirror.ts";

const DAY = 24 * 3600_000;
/** What nobody has asked for in that time goes, in milliseconds. */
const KEPT = 30 * DAY;

/**
 * The folder that a run and the nodes of a cluster share: `arrays/<token>` holds the calls that were submitted
 * at once, `code/<tree>` what their scripts are loaded from. Whatever is in it was of use to one run, and
 * can be deleted when nothing is queued.
 */
export class Scratch {
  readonly folder: string;
  readonly #mirror: Mirror | undefined;

  /** @throws RedunError EXECUTOR_FAILED where it cannot be made */
  constructor(folder: string, mirror?: Mirror) {
    this.folder = folder;
    this.#mirror = mirror;
    try {
      mkdirSync(join(folder, "arrays"), { recursive: true });
    } catch (error) {
      throw cannotWrite(folder, error);
    }
  }

  /** @throws RedunError EXECUTOR_FAILED for a full disk, among others; nothing is left then */
  newArray(calls: readonly SharedCall[]): ArrayFolder {
    const token = `${new Date().toISOString().replace(/[-:]|\..*/g, "")}-${randomBytes(6).toString("hex")}`;
    const array = new ArrayFolder(join(this.folder, "arrays", token), token, this.#mirror);
    try {
      array.write(calls);
      return array;
    } catch (error) {
      array.remove();
      throw cannotWrite(this.folder, error);
    }
  }

  /** The arrays that earlier processes have left, or that others are at, the newest first. */
  earlierArrays(): ArrayFolder[] {
    const arrays = join(this.folder, "arrays");
    return namesIn(arrays)
      .sort()
      .reverse()
      .map((token) => new ArrayFolder(join(arrays, token), token, this.#mirror));
  }

  /** Removes what nobody will ask for again. What cannot be removed stays. */
  tidy(now = Date.now()): void {
    for (const array of this.earlierArrays()) {
      if (now - array.changedAt > KEPT) array.remove();
    }
    const code = join(this.folder, "code");
    for (const name of namesIn(code)) {
      const path = join(code, name);
      const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
      if (now - used > KEPT) rmSync(path, { recursive: true, force: true, maxRetries: 1 });
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function cannotWrite(folder: string, error: unknown): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    `The scratch folder ${folder} cannot be written to: ${(error as Error).message}`,
    "It is a folder that this machine and the nodes share: `git config redun.executor.<name>.scratch <folder>` names another one.",
    { cause: error },
  );
}
