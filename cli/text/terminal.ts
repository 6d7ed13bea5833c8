import { styleText } from "node:util";
import { INVISIBLE } from "../../src/value/shown-text.ts";
import type { OutputStream } from "../io.ts";

type Style = Parameters<typeof styleText>[0];

/** Whether a stream gets colours: a terminal does, unless NO_COLOR; FORCE_COLOR wins. */
export function hasColour(stream: OutputStream, env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Gives a text a style. */
export type Paint = (style: Style, text: string) => string;

/** Styles for one stream; the identity where it has no colours. */
export function painter(stream: OutputStream, env: NodeJS.ProcessEnv): Paint {
  if (!hasColour(stream, env)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

const UNSAFE = new RegExp(`[\\x00-\\x08\\x0b-\\x1f${INVISIBLE}]`, "g");

/** Text from records made fit for a terminal: control characters become visible escapes. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (c) => {
    const code = c.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** As `visible`, on one line. */
export function oneLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}
