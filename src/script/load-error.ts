import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { RedunError } from "../errors.ts";
import { parseCallSite } from "../source/call-site.ts";
import { inspected } from "../value/inspected.ts";
import { codeFrame } from "./code-frame.ts";
import { missingModule } from "./missing-module.ts";
import { nearPath } from "./near-path.ts";
import type { Problem } from "./problem.ts";
import { syntaxProblem } from "./syntax-problem.ts";

/** The script as the user named it, and where it is. */
export interface NamedScript {
  file: string;
  path: string;
  cwd: string;
  libraryUrl: string;
}

/**
 * The error that the user sees for a script that did not load: its own message, the position in
 * the file as they wrote it, and that line. `cause` is the script's error, its stack cut down to
 * frames of the user's own files.
 */
export function loadFailure(error: unknown, script: NamedScript): RedunError {
  const problem =
    syntaxProblem(error, script.path) ?? missingModule(error) ?? thrown(error, script);
  const lines = [`${script.file} did not load: ${problem.message}`];
  if (problem.site) {
    const { file, line, column } = problem.site;
    lines.push(`  at ${nearPath(file, script.cwd)}:${line}:${column}`);
    const frame = codeFrame(problem.site);
    if (frame) lines.push(frame);
  }
  keepUserFrames(error, script);
  return new RedunError("SCRIPT_FAILED_TO_LOAD", lines.join("\n"), problem.hint, { cause: error });
}

function thrown(error: unknown, script: NamedScript): Problem {
  if (!(error instanceof Error)) return { message: `it threw ${inspected(error)}`, site: null };
  const isOurs = error.name === "RedunError";
  const [site = null] = userFrames(error, script).flatMap((frame) => parseCallSite(frame) ?? []);
  return {
    message: isOurs || error.name === "Error" ? error.message : `${error.name}: ${error.message}`,
    site,
    hint: isOurs && "hint" in error ? (error.hint as string | undefined) : unknownExtension(error),
  };
}

function unknownExtension(error: Error): string | undefined {
  if (!("code" in error) || error.code !== "ERR_UNKNOWN_FILE_EXTENSION") return undefined;
  return "Only a script that is TypeScript itself, or imports it directly, may use TypeScript files.";
}

/** The lines of the stack from the script down to, and without, what loaded it. */
function userFrames(error: Error, script: NamedScript): string[] {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const loader = frames.findLastIndex((frame) => frame.includes("node:internal/modules/"));
  const ours = [import.meta.url, script.libraryUrl].flatMap((url) => [
    dirname(fileURLToPath(url)) + sep,
    `${dirname(url)}/`,
  ]);
  return frames
    .slice(0, loader < 0 ? frames.length : loader)
    .filter((frame) => !/node:|data:|[\\/]node_modules[\\/](?:tsx|esbuild)[\\/]/.test(frame))
    .filter((frame) => !ours.some((folder) => frame.includes(folder)));
}

function keepUserFrames(error: unknown, script: NamedScript): void {
  if (!(error instanceof Error) || error.stack === undefined) return;
  const frames = userFrames(error, script);
  const head = error.stack.split(/\n\s+at /)[0] ?? "";
  try {
    error.stack = [head, ...frames].join("\n");
  } catch {
    // A frozen error keeps the stack that it has.
  }
}
