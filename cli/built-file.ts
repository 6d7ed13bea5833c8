/**
 * Files of dist/ as V8 compiled them the last time: compiling them anew is a third of what a quick
 * query takes. What V8 made of a file is kept below the `node_modules` that the package is in, so that
 * only who may change the code itself may change that. Where nothing can be written, nothing is kept.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import Module, { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

/** The build ends each file with the hash of its text: V8 itself only looks at the length of a text. */
const ID_LENGTH = 40;
const CRC_LENGTH = 8;
const HEAD_LENGTH = ID_LENGTH + CRC_LENGTH;

const PARAMETERS = "(function (exports, require, module, __filename, __dirname) {";

/** What a CommonJS file of dist/ exports, and those that it requires from there. */
export function builtFile(path: string): unknown {
  const known = require.cache[path];
  if (known) return known.exports;
  const module = new Module(path);
  require.cache[path] = module;
  const text = readFileSync(path, "utf8");
  const kept = new KeptCode(path, text.slice(-ID_LENGTH));
  const script = new Script(`${PARAMETERS}${text}\n})`, {
    filename: path,
    columnOffset: -PARAMETERS.length,
    cachedData: kept.code,
  });
  if (!kept.code || script.cachedDataRejected) kept.keepAtExit(script);
  const folder = dirname(path);
  const other = createRequire(path);
  const requireHere = (name: string) =>
    /^\.\/[\w-]+\.cjs$/.test(name) ? builtFile(join(folder, name)) : other(name);
  // `import()` is for scripts that Node itself compiled: the build makes it this where it is there.
  requireHere.import = (specifier: string) => import(specifier);
  script.runInThisContext()(module.exports, requireHere, module, path, folder);
  module.loaded = true;
  return module.exports;
}

/** What V8 made of a file, for this version of Node. */
class KeptCode {
  readonly code: Buffer | undefined;
  readonly #path: string;
  readonly #id: string;

  constructor(file: string, id: string) {
    this.#path = join(keptFolder(file), `${basename(file)}-${process.version}-${process.arch}`);
    this.#id = id;
    this.code = this.#read();
  }

  #read(): Buffer | undefined {
    try {
      const bytes = readFileSync(this.#path);
      const code = bytes.subarray(HEAD_LENGTH);
      return bytes.toString("latin1", 0, HEAD_LENGTH) === this.#head(code) ? code : undefined;
    } catch {
      return undefined;
    }
  }

  /** V8 does not look whether its code is whole: it would crash. */
  #head(code: Buffer): string {
    return this.#id + crc32(code).toString(16).padStart(CRC_LENGTH, "0");
  }

  /** At the end V8 has compiled all that a command of this kind needs. */
  keepAtExit(script: Script): void {
    // V8 compiles otherwise under some options, and takes only what was compiled under the same.
    if (process.execArgv.length > 0 || process.env.NODE_OPTIONS) return;
    process.once("exit", () => {
      try {
        this.#write(script.createCachedData());
      } catch {
        // It is compiled again the next time.
      }
    });
  }

  #write(code: Buffer): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    const mine = `${this.#path}.${process.pid}`;
    try {
      const file = openSync(mine, "wx");
      writeSync(file, this.#head(code));
      writeSync(file, code);
      fsyncSync(file);
      closeSync(file);
      renameSync(mine, this.#path);
    } catch {
      rmSync(mine, { force: true });
    }
  }
}

/** Where tools keep what they can make again: `node_modules/.cache`. */
function keptFolder(file: string): string {
  const root = dirname(dirname(file));
  const around = dirname(root);
  const modules = basename(around) === "node_modules" ? around : join(root, "node_modules");
  return join(modules, ".cache", "redun-git");
}
