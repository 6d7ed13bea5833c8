import { readFileSync, statSync } from "node:fs";
import { findSourceMap, SourceMap, type SourceMapPayload } from "node:module";
import {
  loadedSource,
  type Place,
  readSource,
  type SourceFile,
  scriptPath,
  scriptUrl,
} from "./source-file.ts";

/** A script that was made of other texts, which its source map leads to. */
export interface MappedScript {
  /** Where a place of the script was written; null where the map, or the text, does not say. */
  original(line: number, column: number): Place | null;
  /** The texts that it was made of. */
  readonly sources: SourceFile[];
}

const mapped = new WeakMap<SourceMap, MappedScript>();

/** The map that Node keeps of a script, while source maps are switched on. */
export function nodesMap(script: string): MappedScript | null {
  const map = findSourceMap(scriptUrl(script));
  if (!map) return null;
  const known = mapped.get(map) ?? follow(map, map.payload, script);
  mapped.set(map, known);
  return known;
}

/** The map that a script's own text names, in place or in another file. */
export function ownMap(script: string, url: string | null): MappedScript | null {
  if (url === null) return null;
  try {
    const base = new URL(url, scriptUrl(script));
    const payload = JSON.parse(readMap(base).replace(/^\)\]\}'.*/, "")) as SourceMapPayload;
    const root = base.protocol === "data:" ? scriptUrl(script) : base.href;
    const absolute = {
      ...payload,
      sources: payload.sources.map((name) => resolved(name, payload, root)),
    };
    return follow(new SourceMap(absolute), absolute, script);
  } catch {
    return null;
  }
}

/** The last `sourceMappingURL` of a text. */
export function mapUrlIn(text: string): string | null {
  const last = text.lastIndexOf("sourceMappingURL=");
  const line = last < 0 ? "" : text.slice(text.lastIndexOf("\n", last) + 1);
  return /(?:\/\/|\/\*)[#@]\s*sourceMappingURL=([^\s'"*]+)[\s*/]*$/.exec(line)?.[1] ?? null;
}

function readMap(url: URL): string {
  if (url.protocol !== "data:") return readFileSync(url, "utf8");
  const [, encoding, body = ""] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url.href) ?? [];
  return encoding ? Buffer.from(body, "base64").toString() : decodeURIComponent(body);
}

function resolved(name: string, { sourceRoot }: SourceMapPayload, base: string): string {
  return new URL(name, sourceRoot ? new URL(`${sourceRoot.replace(/\/?$/, "/")}`, base) : base)
    .href;
}

function follow(map: SourceMap, payload: SourceMapPayload, script: string): MappedScript {
  const sources = new Map(
    payload.sources.map((name, at) => [name, sourceOf(name, payload.sourcesContent?.[at], script)]),
  );
  return {
    original(line, column) {
      const entry = map.findEntry(line - 1, column - 1);
      const source = "originalSource" in entry ? sources.get(entry.originalSource) : null;
      if (!source || !("originalLine" in entry)) return null;
      return { source, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    },
    sources: [...sources.values()].filter((source) => source !== null),
  };
}

function sourceOf(
  name: string,
  content: string | null | undefined,
  script: string,
): SourceFile | null {
  const file = scriptPath(name);
  if (typeof content === "string")
    return { file: file ?? name, text: content.replace(/^\uFEFF/, "") };
  if (file === null) return null;
  const isOwn = file === scriptPath(script);
  return (
    loadedSource(isOwn ? script : name) ??
    (isOwn || isOlder(file, script) ? readSource(file) : null)
  );
}

/** A source that was changed after the script was made of it says what the next build will run. */
function isOlder(file: string, script: string): boolean {
  const made = scriptPath(script);
  try {
    return made === null || statSync(file).mtimeMs <= statSync(made).mtimeMs;
  } catch {
    return false;
  }
}
