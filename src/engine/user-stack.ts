import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { ErrorValue } from "../value/value.ts";

/** The folder whose frames are ours: this one; in the package, all that was built. */
const OWN_FOLDER = new URL("./", import.meta.url).href.replace(
  /\/dist\/(?:chunks|commands)\/$/,
  "/dist/",
);
const OWN_FOLDERS = [OWN_FOLDER, fileURLToPath(OWN_FOLDER)];

/** Longest message, and longest stack, that an error is recorded with, in characters. */
const MAX_TEXT = 20_000;

/** Whether a thrown value is an error, of this realm or of another (a `vm` context). */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** What is recorded of an error. A getter of the user's that throws costs its field, no more. */
export function errorValue(error: Error): ErrorValue {
  const name = textOf(() => error.name) || "Error";
  return new ErrorValue(name, cut(textOf(() => error.message)), cut(userStack(error)));
}

/** An error's stack without the frames of the scheduler and of Node, which say nothing of it. */
export function userStack(error: Error): string {
  const message = textOf(() => error.message);
  const stack = textOf(() => error.stack) || `${textOf(() => error.name)}: ${message}`;
  // Lines of the message may look like frames.
  const start = message === "" ? 0 : Math.max(stack.indexOf(message), 0) + message.length;
  const frames = stack.slice(start).split("\n");
  return stack.slice(0, start) + frames.filter((line) => !isForeignFrame(line)).join("\n");
}

function isForeignFrame(line: string): boolean {
  if (!/^\s+at /.test(line)) return false;
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
