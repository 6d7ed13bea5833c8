import { fileURLToPath, pathToFileURL } from "node:url";
import { types } from "node:util";
import { opaqueText } from "../value/opaque.ts";
import { ErrorValue, Tagged } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { writeYaml } from "../value/yaml-write.ts";
import { RecordedError } from "./recorded-error.ts";

/** In a CommonJS bundle there is a file name and no `import.meta`. */
const HERE = (import.meta.url as string | undefined) ?? pathToFileURL(__filename).href;
/** The folder whose frames are ours: this one; in the package, all that was built. */
const OWN_FOLDER = new URL("./", HERE).href.replace(/\/dist\/(?:chunks|commands)\/$/, "/dist/");
const OWN_FOLDERS = [OWN_FOLDER, fileURLToPath(OWN_FOLDER)];

/** Longest message, and longest stack, that an error is recorded with, in characters. */
const MAX_TEXT = 20_000;

/** Whether a thrown value is an error, of this realm or of another (a `vm` context). */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** A cause that is not an error and has more characters of YAML than this is not worth them. */
const MAX_CAUSE = 2000;
/** So far a chain of causes is followed, */
const MAX_CAUSES = 10;
/** and so many of all causes of one error are written down: each may have many. */
const MAX_ALL_CAUSES = 1000;

/**
 * What is recorded of a thrown error: its name, message and stack, and the same of what caused it. Its
 * other properties may be anything (a whole answer of a server, with its cookies), and stay out. A
 * getter of the user's that throws costs its field, no more.
 */
export function errorValue(error: Error, hide: Hide = (text) => text): ErrorValue {
  return recordedError(error, [], { left: MAX_ALL_CAUSES, hide });
}

/** Takes out of a text what is not to be recorded. */
type Hide = (text: string) => string;

/** How many more causes are written down, and without what. */
interface Budget {
  left: number;
  readonly hide: Hide;
}

function recordedError(error: Error, around: readonly unknown[], budget: Budget): ErrorValue {
  const name = textOf(() => error.name) || "Error";
  const inside = [...around, error];
  const causeOf = (cause: unknown) => causeValue(cause, inside, budget);
  const cause = ownOf(error, "cause");
  const errors = ownOf(error, "errors");
  // Before it is cut, which may leave a part of what is to be hidden.
  const text = (whole: string) => cut(budget.hide(whole));
  return new ErrorValue(name, text(textOf(() => error.message)), text(userStack(error)), {
    ...(cause !== undefined && { cause: causeOf(cause) }),
    ...(Array.isArray(errors) && { errors: errors.map(causeOf) }),
    ...(error instanceof RecordedError && { properties: error.facts }),
  });
}

function causeValue(cause: unknown, around: readonly unknown[], budget: Budget): unknown {
  if (around.includes(cause)) return new Tagged("opaque", "cyclic structure");
  if (budget.left-- <= 0) return new Tagged("opaque", opaqueText(cause));
  if (isError(cause) && around.length < MAX_CAUSES) return recordedError(cause, around, budget);
  if (typeof cause === "string") return cut(budget.hide(cause));
  const text = writeYaml(cause);
  return text.length <= MAX_CAUSE ? readYaml(text) : new Tagged("opaque", opaqueText(cause));
}

function ownOf(error: Error, key: "cause" | "errors"): unknown {
  try {
    return Object.hasOwn(error, key)
      ? (error as { cause?: unknown; errors?: unknown })[key]
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is recorded of an error whose texts are nobody's business: which kind it is, and where it was thrown.
 * @param id tells it from others: of equal errors it is the same
 */
export function errorWithoutTexts(error: Error, id: string): ErrorValue {
  const name = textOf(() => error.name) || "Error";
  const message = `not recorded, because the task is recorded by its hash: ${id}`;
  const { frames } = dividedStack(error);
  const places = frames.filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  return new ErrorValue(name, message, cut([`${name}: ${message}`, ...places].join("\n")));
}

/** An error's stack without the frames of the scheduler and of Node, which say nothing of it. */
export function userStack(error: Error): string {
  const { head, frames } = dividedStack(error);
  return head + frames.join("\n");
}

function dividedStack(error: Error): { head: string; frames: string[] } {
  const message = textOf(() => error.message);
  const stack = textOf(() => error.stack) || `${textOf(() => error.name)}: ${message}`;
  // Lines of the message may look like frames.
  const start = message === "" ? 0 : Math.max(stack.indexOf(message), 0) + message.length;
  const frames = stack.slice(start).split("\n");
  return { head: stack.slice(0, start), frames: frames.filter((line) => !isForeignFrame(line)) };
}

function isForeignFrame(line: string): boolean {
  if (!/^\s+at /.test(line)) return false;
  if (/[\\/]node_modules[\\/]tinypool[\\/]/.test(line)) return true;
  return /\(?node:|<anonymous>\)?$/.test(line) || OWN_FOLDERS.some((own) => line.includes(own));
}

function textOf(read: () => unknown): string {
  try {
    const value = read();
    return typeof value === "string" ? value : "";
  } catch {
    return "";
  }
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).toWellFormed()}...`;
}
