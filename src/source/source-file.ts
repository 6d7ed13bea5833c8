import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A text as it was when the program took it from its file. */
export interface SourceFile {
  /** Its path; for a script without a file, what the engine calls it. */
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** Where the engine said that the text's source map is. */
  readonly mapUrl?: string | null;
}

/** A place in a source text. Line and column count from 1, in UTF-16 units. */
export interface Place {
  readonly source: SourceFile;
  readonly line: number;
  readonly column: number;
}

/** A file that was loaded as a module, with the bytes that it had then. */
export interface LoadedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const byUrl = new Map<string, LoadedFile>();
/** The last one is what the file said when it was loaded last. */
const byPath = new Map<string, LoadedFile[]>();
const decoded = new WeakMap<LoadedFile, SourceFile>();
const read = new Map<string, SourceFile>();
let collect = (): void => {};

/** A loader says what it loaded: the URL of the module, and the bytes of its file. */
export function keepLoaded(url: string, bytes: Uint8Array): void {
  const path = scriptPath(url);
  if (path === null) return;
  const known = byPath.get(path) ?? [];
  const file = known.find((one) => Buffer.compare(one.bytes, bytes) === 0) ?? { path, bytes };
  byUrl.set(url, file);
  byPath.set(path, [...known.filter((one) => one !== file), file]);
}

/** A loader in another thread hands over what it has to say when this asks it to. */
export function collectLoaded(from: () => void): void {
  collect = from;
}

/**
 * The modules that were loaded from files, `node_modules` left out, as they were when they were
 * loaded: more than once where a file was loaded again with another content. Empty for a program that
 * loads its workflows itself.
 */
export function loadedFiles(): LoadedFile[] {
  collect();
  return [...byPath.values()].flat();
}

/** What a loader said of the script that the engine knows by this name. */
export function loadedSource(script: string): SourceFile | null {
  collect();
  const path = scriptPath(script);
  const file =
    byUrl.get(scriptUrl(script)) ?? (path === null ? undefined : byPath.get(path)?.at(-1));
  if (!file) return null;
  const source = decoded.get(file) ?? {
    file: file.path,
    text: withoutMark(new TextDecoder().decode(file.bytes)),
  };
  decoded.set(file, source);
  return source;
}

/**
 * The text of a file as it was when it was first read here: a module is asked for while it is
 * evaluated, and may be edited later. It is read again when `fits` does not take what is known.
 */
export function readSource(
  path: string,
  fits: (text: string) => boolean = () => true,
): SourceFile | null {
  const known = read.get(path);
  if (known && fits(known.text)) return known;
  try {
    const text = withoutMark(readFileSync(path, "utf8"));
    if (known && (known.text === text || !fits(text))) return known;
    const source = { file: path, text };
    read.set(path, source);
    return source;
  } catch {
    return known ?? null;
  }
}

/** The file of a script that the engine knows by a path or a URL; null where it has none. */
export function scriptPath(script: string): string | null {
  if (!script.startsWith("file:")) return /^(\/|\\\\|[A-Za-z]:[\\/])/.test(script) ? script : null;
  try {
    return fileURLToPath(script.replace(/[?#].*$/s, ""));
  } catch {
    return null;
  }
}

/** The URL of a script, which CommonJS knows by its path. */
export function scriptUrl(script: string): string {
  return /^(\/|\\\\|[A-Za-z]:[\\/])/.test(script) ? pathToFileURL(script).href : script;
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}
