import type { Debugger, InspectorNotification, Runtime, Session } from "node:inspector";
import type { Bindings } from "./bindings.ts";
import { ask } from "./inspection.ts";

type Values = ReadonlyMap<string, unknown>;

/** What has to be known of a function to stop at the beginning of its body. */
interface Watch {
  readonly bindings: Bindings;
  /** Where the engine has the function. */
  readonly place: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly stops: readonly Debugger.BreakLocation[];
}

const HANDLE = Symbol.for("redun-git.watched");
const watches = new WeakMap<object, Watch | null>();
let session: Session | undefined;
let idle: NodeJS.Timeout | undefined;
/** While the debugger listens, each `await` takes a microsecond longer; to begin takes it 20 ms and more. */
const IDLE = 10_000;

/**
 * Calls a function by `call`, and tells what its parameters are bound to as its body begins, when all
 * their defaults have been computed, by the function itself and once. Nothing of the user's is run to
 * know it: the engine's own debugger stops there for a moment (half a millisecond), and reads the names.
 * Tells nothing where it cannot: of generators, native functions, or while someone debugs the program.
 */
export function callWatched<T>(
  fn: object,
  bindings: Bindings,
  call: () => T,
  tell: (values: Values) => void,
): T {
  const watch = watchOf(fn, bindings);
  const session = watch && orNull(listening);
  if (!session) return call();
  const breakpoints: string[] = [];
  const remove = () => {
    for (const breakpointId of breakpoints.splice(0)) {
      ask(session, "Debugger.removeBreakpoint", { breakpointId });
    }
  };
  const paused = ({ params }: InspectorNotification<Debugger.PausedEventDataType>) => {
    try {
      const values = read(session, params.callFrames, watch);
      if (!values) return;
      remove();
      tell(values);
    } catch {
      // It stays unknown.
    } finally {
      orNull(() => ask(session, "Debugger.resume"));
    }
  };
  const stop = () => {
    for (const location of watch.stops) {
      const { breakpointId } = ask<Debugger.SetBreakpointReturnType>(
        session,
        "Debugger.setBreakpoint",
        { location },
      );
      breakpoints.push(breakpointId);
    }
  };
  session.on("Debugger.paused", paused);
  try {
    // Where that fails, as within another call of the same function, the values stay unknown.
    orNull(stop);
    return call();
  } finally {
    orNull(remove);
    session.off("Debugger.paused", paused);
  }
}

function orNull<T>(body: () => T): T | null {
  try {
    return body();
  } catch {
    return null;
  }
}

/** The bound values, if the innermost frame is that of the only call of the function that goes on. */
function read(
  session: Session,
  frames: readonly Debugger.CallFrame[],
  { bindings: { names }, place }: Watch,
): Values | null {
  const own = frames.filter(({ functionLocation: at }) => {
    return (
      at?.scriptId === place.scriptId &&
      at.lineNumber === place.lineNumber &&
      at.columnNumber === place.columnNumber
    );
  });
  const [frame] = own;
  if (own.length !== 1 || frame !== frames[0]) return null;
  let values: Values | null = null;
  const take = (...given: unknown[]) => {
    values = new Map(names.map((name, at) => [name, given[at]]));
  };
  withHandle(take, (take) =>
    ask(session, "Debugger.evaluateOnCallFrame", {
      callFrameId: frame!.callFrameId,
      expression: `${take}(${names.join(", ")})`,
      silent: true,
    }),
  );
  return values;
}

function watchOf(fn: object, bindings: Bindings): Watch | null {
  const known = watches.get(fn);
  if (known !== undefined) return known;
  // What the engine does not know of stays unknown.
  const watch = orNull(() => newWatch(fn, bindings));
  watches.set(fn, watch);
  return watch;
}

function newWatch(fn: object, bindings: Bindings): Watch | null {
  const hidden = bindings.names.some((name) => name === "globalThis" || name === "Symbol");
  if (!bindings.isWatchable || hidden) return null;
  const session = listening();
  const place = session && placeOf(session, fn);
  if (!place) return null;
  const { lines, columns } = bindings.body;
  const start = {
    scriptId: place.scriptId,
    lineNumber: place.lineNumber + lines,
    columnNumber: columns + (lines === 0 ? place.columnNumber : 0),
  };
  const { locations } = ask<Debugger.GetPossibleBreakpointsReturnType>(
    session,
    "Debugger.getPossibleBreakpoints",
    { start, restrictToFunction: true },
  );
  return locations.length > 0 ? { bindings, place, stops: locations } : null;
}

/** The session, until it has not been needed for a while; null where somebody debugs the program. */
function listening(): Session | null {
  const inspector = process.getBuiltinModule("node:inspector") as
    | typeof import("node:inspector")
    | undefined;
  // A debugger of the program would show our stops.
  if (!inspector || inspector.url() !== undefined) return null;
  if (!session) {
    session = new inspector.Session();
    session.connect();
    ask(session, "Debugger.enable");
    idle = setTimeout(close, IDLE).unref();
  }
  idle?.refresh();
  return session;
}

function close(): void {
  session?.disconnect();
  session = undefined;
}

function placeOf(session: Session, fn: object): Watch["place"] | null {
  const { result } = withHandle(fn, (expression) =>
    ask<Runtime.EvaluateReturnType>(session, "Runtime.evaluate", { expression }),
  );
  const { internalProperties = [] } = ask<Runtime.GetPropertiesReturnType>(
    session,
    "Runtime.getProperties",
    { objectId: result.objectId, ownProperties: true },
  );
  const at = internalProperties.find(({ name }) => name === "[[FunctionLocation]]")?.value;
  return (at?.value as Watch["place"] | undefined) ?? null;
}

/** The debugger finds values by expressions only: the value stands in the global for a moment. */
function withHandle<T>(value: unknown, use: (expression: string) => T): T {
  Object.defineProperty(globalThis, HANDLE, { value, configurable: true });
  try {
    return use(`globalThis[Symbol.for(${JSON.stringify(HANDLE.description)})]`);
  } finally {
    Reflect.deleteProperty(globalThis, HANDLE);
  }
}
