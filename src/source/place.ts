import type { ScriptSite } from "./call-site.ts";
import { functionPlace, type RunningScript, runningScript } from "./inspection.ts";
import {
  loadedSource,
  type Place,
  readSource,
  type SourceFile,
  scriptPath,
  scriptUrl,
} from "./source-file.ts";
import { mapUrlIn, nodesMap, ownMap } from "./source-map.ts";

// biome-ignore lint/complexity/noBannedTypes: any function at all may be a task's
type TaskFn = Function;

/**
 * Where a call that the engine saw at `site` was written, the best first: by the script's source
 * map, else in the script itself, in the text that was loaded. `fn` was made by the same script:
 * its text tells whether that of the file is still the one that runs.
 */
export function placesOf({ script, line, column }: ScriptSite, fn: TaskFn): Place[] {
  const mapped = nodesMap(script)?.original(line, column);
  const path = scriptPath(script);
  const isPlain = path !== null && /\.[cm]?js$/.test(path);
  if (mapped && !isPlain) return [mapped];
  const loaded = isPlain ? loadedSource(script) : null;
  const source = loaded ?? textOf(script, path, fn);
  if (!source) return mapped ? [mapped] : [];
  const original = mapped ?? ownMap(script, mapUrlOf(source))?.original(line, column);
  return [...(original ? [original] : []), { source, line, column }];
}

/** What a file says that no loader told of, if that is what runs; else what the engine has. */
function textOf(script: string, path: string | null, fn: TaskFn): SourceFile | null {
  const text = String(fn);
  const fits = (source: string) => source.includes(text);
  const source = path === null ? null : readSource(path, fits);
  if (source && fits(source.text)) return source;
  const running = runningScript(scriptUrl(script), fits) ?? runningScript(scriptUrl(script));
  return running ? sourceOf(running) : source;
}

/** Where a function was written, and how many arguments `bind` has given it already. */
export function placesOfFunction(fn: TaskFn): { places: Place[]; bound: number } | null {
  const at = functionPlace(fn);
  if (!at) return null;
  const { script, line, column, bound } = at;
  const source = sourceOf(script);
  const map = nodesMap(script.url) ?? ownMap(script.url, mapUrlOf(source));
  const original = map?.original(line, column);
  return { places: [...(original ? [original] : []), { source, line, column }], bound };
}

const running = new Map<string, SourceFile>();

/** The text of its file where that is the same, or the same with types. */
function sourceOf({ url, text, mapUrl }: RunningScript): SourceFile {
  const path = scriptPath(url);
  const source = loadedSource(url) ?? (path === null ? null : readSource(path));
  if (source && (source.text === text || isStripped(source.text, text))) return source;
  const known = running.get(url);
  if (known?.text === text) return known;
  const own = { file: path ?? url, text, mapUrl };
  running.set(url, own);
  return own;
}

function mapUrlOf(source: SourceFile): string | null {
  return source.mapUrl ?? mapUrlIn(source.text);
}

/**
 * Node itself makes JavaScript of TypeScript by putting blanks in place of the types, and a
 * comment after it.
 */
function isStripped(typed: string, script: string): boolean {
  if (!/^(\s*\/\/# sourceURL=[^\n]*)?\s*$/.test(script.slice(typed.length))) return false;
  for (let at = 0; at < typed.length; at++) {
    if (script[at] !== typed[at] && !/[\s;]/.test(script[at] ?? "x")) return false;
  }
  return true;
}
