/** The page: one HTML document with its script, its style and, in a report, its data. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

// The build says where the page's files are: seen from the file that this code is in.
declare const BUILD_PAGE: string | undefined;

export interface PageDocument {
  readonly html: string;
  /** What it may load and run: its own script and style, known by their hashes, and nothing else. */
  readonly policy: string;
}

/** @param data of a report: what its questions are answered with, as base64 of a gzipped JSON text */
export function pageDocument(title: string, data?: string): PageDocument {
  const folder = typeof BUILD_PAGE === "string" ? BUILD_PAGE : "../../dist/page/";
  const read = (name: string) => readFileSync(new URL(folder + name, import.meta.url), "utf8");
  const [script, style] = [read("main.js"), read("style.css")];
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    `connect-src ${data === undefined ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
<div id="page"><noscript>This page needs JavaScript.</noscript></div>
${data === undefined ? "" : `<script type="text/plain" id="data">${data}</script>\n`}<script>${script}</script>
</html>
`;
  return { html, policy };
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
