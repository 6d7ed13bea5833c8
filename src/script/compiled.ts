/** What tsx made of TypeScript files, kept for the next run: tsx takes longer to load than a small script to run. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { VERSION } from "../version.ts";
import { configTexts } from "./other-tsconfigs.ts";

export interface Compiled {
  /** JavaScript, with its source map in a comment. */
  readonly code: string;
  /** What it imports, which may be less than the TypeScript says. */
  readonly imports: readonly string[];
}

/**
 * The compiled files of a repository: one for each source file, in a folder of its git directory. It is known by
 * all that its text follows from: the source, its path and package type, the tsconfig.json, and the versions
 * of what compiles.
 */
export class CompiledFiles {
  readonly #folder: string;
  readonly #settings: string;

  /**
   * Null where it is not certain what compiled code follows from.
   * @param folder where to keep it; null for nowhere
   * @param tsconfig the one that is in force; null for none
   * @param from a file of ours, for which tsx is installed
   */
  static in(folder: string | null, tsconfig: string | null, from: string): CompiledFiles | null {
    if (folder === null) return null;
    const texts = tsconfig === null ? [] : configTexts(tsconfig);
    const versions = compilerVersions(from);
    if (texts === null || versions === null) return null;
    return new CompiledFiles(folder, JSON.stringify([VERSION, process.version, versions, texts]));
  }

  private constructor(folder: string, settings: string) {
    this.#folder = folder;
    this.#settings = settings;
  }

  /** @param text as the compiler gets it */
  get(path: string, text: string): Compiled | undefined {
    try {
      const { key, ...compiled } = JSON.parse(readFileSync(this.#file(path), "utf8"));
      return key === this.#key(path, text) ? compiled : undefined;
    } catch {
      return undefined;
    }
  }

  put(path: string, text: string, compiled: Compiled): void {
    const mine = `${this.#file(path)}.${process.pid}`;
    try {
      mkdirSync(this.#folder, { recursive: true });
      writeFileSync(mine, JSON.stringify({ key: this.#key(path, text), ...compiled }));
      renameSync(mine, this.#file(path));
    } catch {
      // It is compiled again the next time.
      rmSync(mine, { force: true });
    }
  }

  #file(path: string): string {
    return join(this.#folder, `${sha1(path)}.json`);
  }

  #key(path: string, text: string): string {
    return sha1(JSON.stringify([this.#settings, path, text]));
  }
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** Of tsx, and of the esbuild that it uses. */
function compilerVersions(from: string): string[] | null {
  try {
    const tsx = createRequire(from).resolve("tsx/package.json");
    const esbuild = createRequire(tsx).resolve("esbuild/package.json");
    return [tsx, esbuild].map((file) => {
      const { version } = JSON.parse(readFileSync(file, "utf8"));
      return `${dirname(file)} ${version}`;
    });
  } catch {
    return null;
  }
}
