/**
 * Temporary directories of what is being recorded. Each is noted in the git directory, with its owner, so
 * that the next command removes what a killed one left.
 */
import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { RedunError } from "../errors.ts";
import { fateOf, ownerOf, thisProcess, ticketName } from "../git/files/owner.ts";
import { makeFolder } from "../git/files/sharing.ts";
import { isSystemError } from "../git/files/system-errors.ts";

/** Where there is a directory for temporary files whatever `TMPDIR` says. */
const OF_SYSTEM = "/tmp";
const PREFIX = "redun-git-";
/** Characters of a socket's path that every system takes; of a longer one Node cuts the end off. */
const MAX_SOCKET = 103;
/** Below the common git directory: a file for each directory, which holds its path. */
const NOTES = "redun/scratch";

export class Scratch {
  readonly folder: string;
  readonly #note: string | null;

  /**
   * A new directory that nobody else can look into.
   * @param commonDir the git directory that it is noted in; null for nowhere
   * @param socket the name of a socket that will be in it, whose path must not be long
   * @param places where it may be, in that order
   * @throws RedunError NO_TEMPORARY_DIRECTORY
   */
  static make(
    commonDir: string | null,
    socket = "",
    places: readonly string[] = [tmpdir(), OF_SYSTEM],
  ): Scratch {
    const name = `${PREFIX}${randomBytes(6).toString("hex")}`;
    for (const place of places) {
      const folder = join(place, name);
      if (socket !== "" && join(folder, socket).length > MAX_SOCKET) continue;
      // Before it is made: a process may be killed at any moment.
      const note = noted(commonDir, folder);
      try {
        mkdirSync(folder, { mode: 0o700 });
        return new Scratch(folder, note);
      } catch (error) {
        remove(note);
        if (!isSystemError(error)) throw error;
      }
    }
    throw new RedunError(
      "NO_TEMPORARY_DIRECTORY",
      `No temporary directory can be made in ${places.join(" or ")}.`,
      "Make room there, or name another directory in the variable TMPDIR.",
    );
  }

  private constructor(folder: string, note: string | null) {
    this.folder = folder;
    this.#note = note;
  }

  remove(): void {
    remove(this.folder);
    remove(this.#note);
  }
}

/** Removes the directories of processes that have certainly ended. */
export function removeLeftScratch(commonDir: string): void {
  for (const ticket of ticketsIn(join(commonDir, NOTES))) {
    const owner = ownerOf(ticket);
    if (!owner || fateOf(owner).state !== "dead") continue;
    const note = join(commonDir, NOTES, ticket);
    const folder = folderIn(note);
    if (folder !== null) remove(folder);
    remove(note);
  }
}

function noted(commonDir: string | null, folder: string): string | null {
  if (commonDir === null) return null;
  try {
    const notes = join(commonDir, NOTES);
    makeFolder(notes);
    const note = join(notes, ticketName(thisProcess(), randomBytes(4).toString("hex")));
    writeFileSync(note, folder);
    return note;
  } catch {
    // Where nothing can be written, nothing is recorded either.
    return null;
  }
}

/** Null for what is no directory of ours, whoever wrote the note. */
function folderIn(note: string): string | null {
  try {
    const folder = readFileSync(note, "utf8");
    const stats = lstatSync(folder);
    const isOurs = stats.isDirectory() && stats.uid === process.getuid?.();
    return isOurs && basename(folder).startsWith(PREFIX) ? folder : null;
  } catch {
    return null;
  }
}

function ticketsIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function remove(path: string | null): void {
  try {
    if (path !== null) rmSync(path, { recursive: true, force: true });
  } catch {
    // A program may have put something there that is not ours to remove.
  }
}
