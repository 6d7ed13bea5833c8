import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { eachAtOnce } from "../at-once.ts";
import type { Mirror, MirroredArray } from "../cluster/mirror.ts";
import { quoted } from "../cluster/quoted.ts";
import { RedunError } from "../errors.ts";
import { hasCode } from "../git/files/system-errors.ts";
import { writeWhole } from "../git/files/write-whole.ts";
import { isPassing } from "./aws-errors.ts";
import type { Bucket } from "./bucket.ts";
import { archiveOf } from "./code-archive.ts";
import { fetchFiles, filesIn, sendFiles } from "./files.ts";

/** Objects that are written or read at once. */
const AT_ONCE = 16;

export interface BucketMirrorSettings {
  /** The shortest time between two looks, in milliseconds. */
  readonly rest: number;
  /** The top of the work tree. */
  readonly root: string;
  /** What a worker is there: words for `sh`. */
  readonly command: string;
}

/**
 * The same folders as objects of a bucket: `arrays/<token>/calls/<n>` and so on, `code/<name>` for an archive of the
 * code, and `files/<id>` for files that calls and answers name. `redun-git oneshot` reads and writes them at the other end.
 */
export class BucketMirror implements Mirror {
  readonly #bucket: Bucket;
  readonly #settings: BucketMirrorSettings;
  readonly #pending = new Set<Promise<void>>();
  #lastLook = Number.NEGATIVE_INFINITY;

  constructor(bucket: Bucket, settings: BucketMirrorSettings) {
    this.#bucket = bucket;
    this.#settings = settings;
  }

  async send(
    { folder, token }: MirroredArray,
    code: string | null,
    element: string,
  ): Promise<string> {
    if (code === null) throw noCode();
    const archive = `code/${basename(code)}.jsonl.gz`;
    if (!(await this.#bucket.has(archive))) await this.#bucket.put(archive, archiveOf(code));
    const keys = readFileSync(join(folder, "keys"), "utf8").split("\n").slice(0, -1);
    await eachAtOnce(keys.keys(), AT_ONCE, async (n) => {
      const call = readFileSync(join(folder, "calls", String(n)));
      await sendFiles(this.#bucket, this.#settings.root, filesIn(call.toString()));
      await this.#bucket.put(`arrays/${token}/calls/${n}`, call);
    });
    const address = (name: string) => this.#bucket.address(`arrays/${token}/${name}/`);
    const places = ["calls", "answers"].map((name) => `${quoted(address(name))}"$n"`);
    const from = quoted(this.#bucket.address(archive));
    // A container may not know its region.
    return `#!/bin/sh
n=${element}
: "\${AWS_REGION:=${await this.#bucket.region()}}"
# In the few lines that a log's tail has, how old its Node is is not what went wrong.
AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
export AWS_REGION AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED
exec ${this.#settings.command} --code ${from} ${places.join(" ")}
`;
  }

  async collect(arrays: readonly MirroredArray[]): Promise<boolean> {
    if (performance.now() - this.#lastLook < this.#settings.rest) return false;
    try {
      for (const array of arrays) await this.#collect(array);
      return true;
    } catch (error) {
      if (isPassing((error as Error).cause)) return false;
      throw error;
    } finally {
      this.#lastLook = performance.now();
    }
  }

  async #collect({ folder, token }: MirroredArray): Promise<void> {
    const from = `arrays/${token}`;
    // The status is what an element writes last, and here as well.
    const ended = (await this.#bucket.list(`${from}/status`)).filter((n) => /^\d+$/.test(n));
    await eachAtOnce(ended, AT_ONCE, async (n) => {
      if (existsSync(join(folder, "status", n))) return;
      for (const name of [`answers/${n}`, `logs/${n}.out`, `logs/${n}.err`, `status/${n}`]) {
        const bytes = await this.#bucket.get(`${from}/${name}`);
        if (bytes === null) continue;
        if (name.startsWith("answers/")) {
          await fetchFiles(this.#bucket, this.#settings.root, filesIn(bytes.toString()));
        }
        writeUnlessGone(join(folder, name), bytes);
      }
    });
  }

  withdraw(token: string, element: number): void {
    this.#later(() => this.#bucket.remove([`arrays/${token}/calls/${element}`]));
  }

  remove(token: string): void {
    this.#later(async () => {
      const names = await this.#bucket.list(`arrays/${token}`);
      await this.#bucket.remove(names.map((name) => `arrays/${token}/${name}`));
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
    this.#bucket.close();
  }

  /** What cannot be removed stays. */
  #later(work: () => Promise<void>): void {
    const done: Promise<void> = work()
      .catch(() => {})
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }
}

/** The folder may be gone: then nobody waits for it. */
function writeUnlessGone(path: string, bytes: Buffer): void {
  try {
    writeWhole(path, bytes);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function noCode(): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    "A worker that shares no disk with this machine needs a copy of the code, and there is none.",
    "It is made with git, of a workflow that `redun-git run` has loaded; `git config redun.executor.<name>.code copy`, the default, must stand.",
  );
}
