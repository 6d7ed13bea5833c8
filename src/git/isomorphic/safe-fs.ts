import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { inflateObject } from "../files/loose-object.ts";
import { makeFolder, shareFile } from "../files/sharing.ts";
import { asUnwritable, hasCode } from "../files/system-errors.ts";

/** The file system that isomorphic-git is given. */
export interface SafeFs {
  readonly promises: Readonly<Record<Call, (...args: never[]) => Promise<unknown>>>;
  /** Makes the names of all files written so far durable. Their contents already are. */
  settle(): Promise<void>;
}

/** What isomorphic-git asks of a file system. */
type Call =
  | "readFile"
  | "writeFile"
  | "readdir"
  | "mkdir"
  | "rmdir"
  | "unlink"
  | "rm"
  | "stat"
  | "lstat"
  | "readlink"
  | "symlink";

/**
 * isomorphic-git writes an object straight to its final name, so a crash leaves half an object,
 * which it then takes for the whole one for ever. Here everything below `objects/` is written to
 * a temporary file, synced and renamed, and half an object that something else left behind is
 * reported as absent, so that it is written again.
 *
 * Only what may take long, a sync or a pack, goes through Node's file threads: for all the small
 * files the way there and back costs several times the call itself.
 *
 * `writeFile` and `mkdir` throw RedunError REPOSITORY_UNWRITABLE.
 */
export function safeFs(): SafeFs {
  const unsettled = new Set<string>();

  function mkdir(path: string): void {
    for (const made of makeFolder(path)) unsettled.add(dirname(made));
  }

  return {
    promises: {
      ...fs.promises,
      readFile,
      readdir: async (path: string) => fs.readdirSync(path),
      stat: async (path: string) => (LOOSE_OBJECT.test(path) ? statWhole(path) : fs.statSync(path)),
      async mkdir(path: string) {
        try {
          mkdir(path);
        } catch (error) {
          throw asUnwritable(error, path);
        }
      },
      async writeFile(path: string, data: string | Uint8Array) {
        if (!IN_OBJECTS.test(path)) return fs.promises.writeFile(path, data);
        try {
          await replaceFile(path, data).catch((error: unknown) => {
            if (!hasCode(error, "ENOENT")) throw error;
            mkdir(dirname(path));
            return replaceFile(path, data);
          });
          unsettled.add(dirname(path));
        } catch (error) {
          throw asUnwritable(error, path);
        }
      },
    },
    async settle() {
      const folders = [...unsettled];
      unsettled.clear();
      await Promise.all(folders.map(syncFolder));
    },
  };
}

const IN_OBJECTS = /[\\/]objects[\\/](?:[0-9a-f]{2}|pack|info)[\\/][^\\/]+$/;
const LOOSE_OBJECT = /[\\/]objects[\\/]([0-9a-f]{2})[\\/]([0-9a-f]{38})$/;
const SMALL = 256 * 1024;

/** Without a path isomorphic-git only wants to know whether it is given promises. */
async function readFile(path?: string, options?: BufferEncoding): Promise<string | Buffer | null> {
  if (path === undefined) return null;
  const small = fs.statSync(path).size <= SMALL;
  return small ? fs.readFileSync(path, options) : fs.promises.readFile(path, options);
}

async function replaceFile(path: string, data: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  // `git gc` deletes old files of this name, should we die before the rename.
  const temporary = join(folder, `tmp_obj_${randomBytes(8).toString("hex")}`);
  const file = fs.openSync(temporary, "wx", 0o444);
  try {
    try {
      if (data.length <= SMALL) fs.writeFileSync(file, data);
      else await promisify(fs.writeFile)(file, data);
      shareFile(file, path);
      await promisify(fs.fsync)(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * isomorphic-git asks this before it writes a loose object, and writes nothing if there is one.
 * Marked as just used, as git does, lest a `git gc` running now removes it as old and unreachable.
 * An object that cannot be marked is written anew, so any failure here means "absent".
 */
async function statWhole(path: string): Promise<fs.Stats> {
  const [, shard, rest] = LOOSE_OBJECT.exec(path)!;
  try {
    await inflateObject(`${shard}${rest}`, fs.readFileSync(path));
    const now = new Date();
    fs.utimesSync(path, now, now);
    return fs.statSync(path);
  } catch {
    throw Object.assign(new Error(`there is no whole object at ${path}`), { code: "ENOENT" });
  }
}

/** A rename is on disk when its folder is. Where folders cannot be synced (Windows) it is left. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = fs.openSync(path, "r");
    await promisify(fs.fsync)(folder).finally(() => fs.closeSync(folder));
  } catch {}
}
