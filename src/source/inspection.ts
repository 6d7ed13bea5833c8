import type { InspectorNotification, Runtime, Session } from "node:inspector";

/** A script as the engine holds it: the very text that runs, whatever its file says by now. */
export interface RunningScript {
  /** A URL; of a file also where the engine knows it by its path. */
  url: string;
  text: string;
  /** The script's own `sourceMappingURL`, or null. */
  mapUrl: string | null;
}

/** Where a function begins. Line and column count from 1. */
export interface FunctionPlace {
  script: RunningScript;
  line: number;
  column: number;
  /** How many arguments `bind` has taken off its front. */
  bound: number;
}

interface Parsed {
  scriptId: string;
  url: string;
  sourceMapURL?: string;
}

const HANDLE = Symbol.for("redun-git.inspected");

/** Asks the engine's own debugger where `fn` was written. Null where it cannot say. Takes some ms. */
export function functionPlace(fn: object): FunctionPlace | null {
  return inspect((session) => locate(session, fn));
}

/** The script that was loaded last under this URL, from those whose text `fits`. */
export function runningScript(
  url: string,
  fits: (text: string) => boolean = () => true,
): RunningScript | null {
  return inspect((session) => {
    const named = [...scriptsOf(session).values()].filter((script) => script.url === url);
    const found = named.map((script) => readScript(session, script));
    return found.findLast(({ text }) => fits(text)) ?? null;
  });
}

/** Null where Node was built without its inspector, or may not use it. */
function inspect<T>(use: (session: Session) => T): T | null {
  const inspector = process.getBuiltinModule("node:inspector") as
    | typeof import("node:inspector")
    | undefined;
  if (!inspector) return null;
  let session: Session | undefined;
  try {
    session = new inspector.Session();
    session.connect();
    return use(session);
  } catch {
    return null;
  } finally {
    session?.disconnect();
  }
}

/** In a session of one's own thread, every answer is there when `post` returns. */
export function ask<T>(session: Session, method: string, params?: object): T {
  let answer: { error: Error | null; result: unknown } | undefined;
  session.post(method, params, (error: Error | null, result?: object) => {
    answer = { error, result };
  });
  if (!answer || answer.error) throw answer?.error ?? new Error(`${method} gave no answer`);
  return answer.result as T;
}

function scriptsOf(session: Session): Map<string, Parsed> {
  const scripts = new Map<string, Parsed>();
  const keep = ({ params }: InspectorNotification<Parsed>) => scripts.set(params.scriptId, params);
  session.on("Debugger.scriptParsed", keep);
  ask(session, "Debugger.enable");
  return scripts;
}

function readScript(session: Session, { scriptId, url, sourceMapURL }: Parsed): RunningScript {
  const { scriptSource } = ask<{ scriptSource: string }>(session, "Debugger.getScriptSource", {
    scriptId,
  });
  return { url, text: scriptSource, mapUrl: sourceMapURL || null };
}

function locate(session: Session, fn: object): FunctionPlace | null {
  const handle = handleOf(session, fn);
  let inner = internals(session, handle);
  let bound = 0;
  for (let target = inner("[[TargetFunction]]"); target; target = inner("[[TargetFunction]]")) {
    bound += Number(/\d+/.exec(inner("[[BoundArgs]]")?.description ?? "")?.[0] ?? 0);
    inner = internals(session, target);
  }
  const at = inner("[[FunctionLocation]]")?.value as
    | { scriptId: string; lineNumber: number; columnNumber: number }
    | undefined;
  const script = at && scriptOf(session, at.scriptId);
  if (!script) return null;
  return { script, line: at.lineNumber + 1, column: at.columnNumber + 1, bound };
}

/** Listing the scripts is what takes the time, and functions of one file are asked for together. */
const known = new Map<string, RunningScript>();

function scriptOf(session: Session, id: string): RunningScript | null {
  const parsed = known.has(id) ? undefined : scriptsOf(session).get(id);
  if (parsed) known.set(id, readScript(session, parsed));
  return known.get(id) ?? null;
}

/** The debugger finds values by expressions only: the function stands in the global for a moment. */
function handleOf(session: Session, fn: object): Runtime.RemoteObject {
  Object.defineProperty(globalThis, HANDLE, { value: fn, configurable: true });
  try {
    const expression = `globalThis[Symbol.for(${JSON.stringify(HANDLE.description)})]`;
    return ask<Runtime.EvaluateReturnType>(session, "Runtime.evaluate", { expression }).result;
  } finally {
    Reflect.deleteProperty(globalThis, HANDLE);
  }
}

function internals(session: Session, { objectId }: Runtime.RemoteObject) {
  const { internalProperties = [] } = ask<Runtime.GetPropertiesReturnType>(
    session,
    "Runtime.getProperties",
    { objectId, ownProperties: true },
  );
  return (name: string) => internalProperties.find((it) => it.name === name)?.value;
}
