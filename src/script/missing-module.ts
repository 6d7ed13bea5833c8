import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { CallSite } from "../source/call-site.ts";
import { siteAt } from "../source/position.ts";
import { nearest } from "../suggest.ts";
import type { Problem } from "./problem.ts";

/** An import of what is not there: where it is written, and what may have been meant. */
export function missingModule(error: unknown): Problem | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  if (error.code !== "ERR_MODULE_NOT_FOUND" && error.code !== "MODULE_NOT_FOUND") return null;
  const wanted = /'([^']+)'/.exec(error.message)?.[1];
  const importer = importerOf(error);
  if (wanted === undefined || importer === null) return null;
  const written = findSpecifier(importer, wanted);
  const specifier = written?.specifier ?? wanted;
  return {
    message: `Cannot find ${isPath(specifier) ? "the file" : "the package"} "${specifier}"`,
    site: written?.site ?? null,
    hint: isPath(specifier) ? nearFiles(importer, specifier) : install(specifier),
  };
}

function importerOf(error: Error): string | null {
  if ("requireStack" in error && Array.isArray(error.requireStack)) {
    return error.requireStack[0] ?? null;
  }
  const importer = / imported from (.+)$/m.exec(error.message)?.[1]?.trim();
  return importer?.startsWith("file:") ? fileURLToPath(importer) : (importer ?? null);
}

/** Node names a package by its first part and a file by its whole path; the text has neither. */
function findSpecifier(
  importer: string,
  wanted: string,
): { specifier: string; site: CallSite } | null {
  const text = readText(importer);
  for (const match of text.matchAll(/(["'])([^"'\n]+)\1/g)) {
    const specifier = match[2] as string;
    const file = isPath(specifier) ? resolve(dirname(importer), specifier) : null;
    if (specifier === wanted || specifier.startsWith(`${wanted}/`) || file === wanted) {
      return { specifier, site: siteAt(importer, text, match.index) };
    }
  }
  return null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isPath(specifier: string): boolean {
  return /^[./]/.test(specifier);
}

function nearFiles(importer: string, specifier: string): string | undefined {
  try {
    const folder = dirname(resolve(dirname(importer), specifier));
    const [near] = nearest(basename(specifier), readdirSync(folder));
    return near && `Did you mean "${specifier.slice(0, -basename(specifier).length)}${near}"?`;
  } catch {
    return undefined;
  }
}

function install(specifier: string): string {
  const parts = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1);
  return `Install it: npm install ${parts.join("/")}`;
}
