/** TypeScript in this process: by tsx, with the settings of the script's tsconfig.json. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { notice } from "../notice.ts";
import { loadedFiles } from "../source/source-file.ts";
import { loadParser } from "../source/syntax.ts";
import { serveLibraryFirst, whenImporting } from "./load-hooks.ts";
import { unservedFiles } from "./other-tsconfigs.ts";

/**
 * Lets this process import and require TypeScript, by tsx, by the settings of the tsconfig.json that
 * belongs to `script`. Importing tsx costs 140 ms.
 */
export function understandTypeScript(script: string): Promise<void> {
  typeScript ??= registerTsx(configFor(script));
  return typeScript;
}

let typeScript: Promise<void> | undefined;

/** What tsx made of the files of a script is known: nothing tells whether it was asked. */
export function useCompiled(): void {
  isCompiled = true;
}

let isCompiled = false;

/** The tsconfig.json that is in force for all files of a script. */
export function configFor(script: string): string | null {
  return process.env[TSCONFIG_VARIABLE] || tsconfigOf(dirname(script));
}

/** Says so where a file was loaded that has settings of its own: tsx has one tsconfig.json for all. */
export function noticeOtherTsconfigs(script: string): void {
  // The user chose one for all files.
  if (!(typeScript || isCompiled) || process.env[TSCONFIG_VARIABLE]) return;
  const used = tsconfigOf(dirname(script));
  const files = [...new Set(loadedFiles().map(({ path }) => path))];
  const [first, ...others] = unservedFiles(files, used, tsconfigOf);
  if (!first) return;
  const more = others.length > 0 ? ` (and ${others.length} more files like it)` : "";
  notice(
    `${first.file}${more} is compiled without the settings of its own ${first.tsconfig} (${first.settings.join(", ")}): one tsconfig.json, that of the script, is in force for all files`,
  );
}

/** Where tsx is given a tsconfig.json; else it takes what is in the current directory. */
const TSCONFIG_VARIABLE = "TSX_TSCONFIG_PATH";

async function registerTsx(tsconfig: string | null): Promise<void> {
  // tsx compiles whatever is required after it: the parser is better loaded as it is.
  loadParser();
  const [commonJs, esm] = await Promise.all([import("tsx/cjs/api"), import("tsx/esm/api")]);
  const whole = tsconfig === null ? null : tsconfigForAll(tsconfig);
  try {
    withTsconfig(whole ?? devNull, () => commonJs.register());
  } catch (error) {
    if (tsconfig === null) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    notice(`${tsconfig} is not used: ${problem}`);
    return registerTsx(null);
  }
  whenImporting(() => {
    esm.register({ tsconfig: whole ?? false });
    if (whole) serveLibraryFirst();
  });
}

/**
 * A temporary tsconfig.json that extends another one to all files: tsx compiles what is outside of the
 * folder of its tsconfig.json with no settings at all, such as the sources of another package.
 */
function tsconfigForAll(tsconfig: string): string {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "tsconfig.json");
  writeFileSync(path, JSON.stringify({ extends: resolve(tsconfig), include: ["/**/*"] }));
  return path;
}

/** tsx's CommonJS half has no other way to be told. */
function withTsconfig(path: string, register: () => void): void {
  const before = process.env[TSCONFIG_VARIABLE];
  process.env[TSCONFIG_VARIABLE] = path;
  try {
    register();
  } finally {
    if (before === undefined) delete process.env[TSCONFIG_VARIABLE];
    else process.env[TSCONFIG_VARIABLE] = before;
  }
}

/** The tsconfig.json in `folder` or in the nearest one above. */
function tsconfigOf(folder: string): string | null {
  const path = join(folder, "tsconfig.json");
  if (existsSync(path)) return path;
  return folder === dirname(folder) ? null : tsconfigOf(dirname(folder));
}
