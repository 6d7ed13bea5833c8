import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

/** Settings that change what a file does, */
const COMPILING = [
  "experimentalDecorators",
  "jsx",
  "jsxFactory",
  "jsxFragmentFactory",
  "jsxImportSource",
  "useDefineForClassFields",
];
/** and those that say where imports lead. Those of the script are in force for all files. */
const RESOLVING = ["baseUrl", "paths"];

/** A file whose own tsconfig.json has settings that are not in force for it. */
export interface Unserved {
  readonly file: string;
  readonly tsconfig: string;
  readonly settings: readonly string[];
}

type Settings = ReadonlyMap<string, { readonly value: unknown; readonly folder: string }>;

/**
 * The TypeScript and JSX files that are compiled with `used`, the tsconfig.json of the script, and
 * need their own, that of another package.
 * @param tsconfigOf finds the tsconfig.json that is nearest to a folder
 */
export function unservedFiles(
  files: readonly string[],
  used: string | null,
  tsconfigOf: (folder: string) => string | null,
): Unserved[] {
  const inForce = used === null ? NONE : settingsOf(used);
  return files.flatMap((file) => {
    const tsconfig = /^\.([cm]?ts|tsx|jsx)$/.test(extname(file)) ? tsconfigOf(dirname(file)) : null;
    if (tsconfig === null || tsconfig === used) return [];
    const settings = [...settingsOf(tsconfig)].flatMap(([name, own]) => {
      return isDeepStrictEqual(inForce.get(name), own) ? [] : [name];
    });
    return settings.length > 0 ? [{ file, tsconfig, settings }] : [];
  });
}

const NONE: Settings = new Map();

/** Those that a tsconfig.json and what it extends set. One that cannot be read sets none. */
function settingsOf(tsconfig: string, above: readonly string[] = []): Settings {
  if (above.includes(tsconfig)) return NONE;
  try {
    const { compilerOptions = {}, extends: bases = [] } = readJsonWithComments(tsconfig);
    const folder = dirname(tsconfig);
    const inherited = [bases]
      .flat()
      .flatMap((base) => [...settingsOf(pathOf(base, tsconfig), [...above, tsconfig])]);
    const own = [...COMPILING, ...RESOLVING].flatMap((name) => {
      if (compilerOptions[name] === undefined) return [];
      // The same words mean other files in another folder.
      const at = RESOLVING.includes(name) ? folder : "";
      return [[name, { value: compilerOptions[name], folder: at }] as const];
    });
    return new Map([...inherited, ...own]);
  } catch {
    return NONE;
  }
}

/**
 * The texts of a tsconfig.json and of all that it extends; null where one cannot be read, or where they say
 * where imports lead.
 */
export function configTexts(tsconfig: string): string[] | null {
  if (RESOLVING.some((name) => settingsOf(tsconfig).has(name))) return null;
  try {
    return textsOf(tsconfig, []);
  } catch {
    return null;
  }
}

function textsOf(tsconfig: string, above: readonly string[]): string[] {
  if (above.includes(tsconfig)) return [];
  const { extends: bases = [] } = readJsonWithComments(tsconfig);
  const below = [bases]
    .flat()
    .flatMap((base) => textsOf(pathOf(base, tsconfig), [...above, tsconfig]));
  return [tsconfig, readFileSync(tsconfig, "utf8"), ...below];
}

function pathOf(base: string, tsconfig: string): string {
  if (!/^\.{0,2}\//.test(base)) return createRequire(tsconfig).resolve(base);
  const path = join(base.startsWith("/") ? "" : dirname(tsconfig), base);
  return path.endsWith(".json") ? path : `${path}.json`;
}

interface Tsconfig {
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  readonly extends?: string | string[];
}

/** JSON as TypeScript takes it: comments, and commas after the last item. */
function readJsonWithComments(file: string): Tsconfig {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  const plain = text.replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "$1");
  return JSON.parse(plain.replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, "$1"));
}
