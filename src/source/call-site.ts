import { fileURLToPath } from "node:url";

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
  if (place.startsWith("file:")) {
    try {
      return fileURLToPath(place.replace(/[?#].*$/, ""));
    } catch {
      return null;
    }
  }
  if (!/^(\/|\\\\|[A-Za-z]:[\\/])/.test(place)) return null;
  // A "?" is legal in a path; only a loader's own `?name=value` is taken off.
  return place.replace(/\?[\w-]+=[^/\\]*$/, "");
}
