import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type CallSite, parseCallSite } from "../source/call-site.ts";
import { siteAt } from "../source/position.ts";
import { loadParser } from "../source/syntax.ts";
import type { Problem } from "./problem.ts";

/** The place and wording of a syntax error or a wrong import, or null for any other error. */
export function syntaxProblem(error: unknown, script: string): Problem | null {
  if (!(error instanceof Error)) return null;
  const compiled = fromCompiler(error.message, script);
  if (compiled) return compiled;
  if (error.name !== "SyntaxError") return null;
  const message = `SyntaxError: ${error.message}`;
  const site = fromStackHead(error.stack ?? "");
  if (site) return { message, site };
  // Node tells its console where a module does not parse, but not its callers.
  return { message, site: firstParseError(script) };
}

/** esbuild, through tsx: `/x/workflow.ts:3:36: ERROR: Expected ")"`. Its columns count from 0. */
function fromCompiler(message: string, script: string): Problem | null {
  const [, file, line, column, text] = /^(.+):(\d+):(\d+): ERROR: (.*)$/m.exec(message) ?? [];
  if (file === undefined || text === undefined) return null;
  const site = { file: asWritten(file, script), line: Number(line), column: Number(column) + 1 };
  const hint = text.startsWith("Top-level await")
    ? 'Name the file .mts, or put "type": "module" into its package.json: only ES modules await.'
    : undefined;
  return { message: `SyntaxError: ${text}`, site, hint };
}

/** tsx shows every file to esbuild as `.ts`. */
function asWritten(file: string, script: string): string {
  const stem = file.replace(/\.ts$/, "");
  if (/^\.[cm]?ts$/.test(script.slice(stem.length)) && script.startsWith(stem)) return script;
  return [file, `${stem}.cts`, `${stem}.mts`].find((name) => existsSync(name)) ?? file;
}

/** Node's own: file and line, the line itself, and carets under it, before the message. */
function fromStackHead(stack: string): CallSite | null {
  const [, place, carets] = /^(\S.*:\d+)\n.*\n(\s*)\^/.exec(stack) ?? [];
  return carets === undefined ? null : parseCallSite(`  at ${place}:${carets.length + 1}`);
}

/** Where parsing fails, in the script or in what it imports by relative path. */
function firstParseError(path: string, seen = new Set<string>()): CallSite | null {
  if (seen.has(path) || !existsSync(path)) return null;
  seen.add(path);
  const text = readFileSync(path, "utf8");
  const { errors, module } = loadParser().parseSync(path, text);
  const [first] = errors;
  if (first) return siteAt(path, text, first.labels[0]?.start ?? 0);
  for (const { moduleRequest } of module.staticImports) {
    if (!moduleRequest.value.startsWith(".")) continue;
    const found = firstParseError(resolve(dirname(path), moduleRequest.value), seen);
    if (found) return found;
  }
  return null;
}
