import { scriptPath } from "./source-file.ts";

/** A place in a script as the engine runs it, before any source map. Counts from 1. */
export interface ScriptSite {
  /** What the engine calls the script: the path of a CommonJS module, the URL of another. */
  script: string;
  line: number;
  column: number;
}

/**
 * Where the caller of `fn` is. Whoever formats stacks in this process, or cuts them short, has no
 * say in it. Null where the engine has no script for it, or will not tell.
 */
export function callerOf(fn: (...args: never[]) => unknown): ScriptSite | null {
  const settings = ["stackTraceLimit", "prepareStackTrace"].map(
    (name) => [name, Object.getOwnPropertyDescriptor(Error, name)] as const,
  );
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, frames) => frames;
    const holder = {} as { stack: NodeJS.CallSite[] };
    Error.captureStackTrace(holder, fn);
    const [frame] = holder.stack;
    const script = frame?.getFileName();
    const [line, column] = [frame?.getLineNumber(), frame?.getColumnNumber()];
    return script && line && column ? { script, line, column } : null;
  } catch {
    return null;
  } finally {
    for (const [name, setting] of settings) {
      if (setting) Reflect.defineProperty(Error, name, setting);
      else Reflect.deleteProperty(Error, name);
    }
  }
}

/** Where `task()` was called, in the file as the user wrote it. Line and column count from 1. */
export interface CallSite {
  file: string;
  line: number;
  column: number;
}

/**
 * The place that the first frame of `stack` names, or null where that is no file on disk: Node's
 * own frames, `eval`, native calls such as `Array.map`, `data:` modules, a bundler's URL.
 * Never throws.
 */
export function parseCallSite(stack: string): CallSite | null {
  const frame = /^\s+at (?:async )?(.+?)\s*$/m.exec(stack)?.[1];
  if (frame === undefined) return null;
  return frame.endsWith(")") ? bracketedLocation(frame.slice(0, -1)) : parseLocation(frame);
}

/** Both a function's name and a path may hold " (": the first that opens a location counts. */
function bracketedLocation(frame: string): CallSite | null {
  for (let at = frame.indexOf(" ("); at >= 0; at = frame.indexOf(" (", at + 1)) {
    const location = frame.slice(at + 2);
    if (location.startsWith("eval at ")) return null;
    const site = parseLocation(location);
    if (site) return site;
  }
  return null;
}

function parseLocation(location: string): CallSite | null {
  const [, place, line, column] = /^(.+):(\d+):(\d+)$/.exec(location) ?? [];
  const file = place === undefined ? null : toPath(place);
  return file === null ? null : { file, line: Number(line), column: Number(column) };
}

function toPath(place: string): string | null {
  // A "?" is legal in a path; only a loader's own `?name=value` is taken off.
  return scriptPath(place)?.replace(/\?[\w-]+=[^/\\]*$/, "") ?? null;
}
