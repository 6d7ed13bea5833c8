import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CallSite } from "../../src/source/call-site.ts";
import { siteAt } from "../../src/source/position.ts";
import { describeTask, type Place, type TaskSource } from "../../src/source/source.ts";
import { temporaryFolder } from "../support/repository.ts";

const folder = temporaryFolder().dir;
let files = 0;

/** Writes `text` to a new file; returns its path. */
export function writeSource(text: string, extension = ".ts"): string {
  const file = join(folder, `workflow ${++files}${extension}`);
  writeFileSync(file, text);
  return file;
}

/** What is found for the first `task(` in `text`, or for the one behind `marker`. */
export function describe(text: string, marker = "", extension = ".ts"): TaskSource {
  const from = text.indexOf(marker);
  const at = from + text.slice(from).search(/\btask\b\s*[<(]/);
  const file = writeSource(text, extension);
  return describeTask(placesAt(siteAt(file, text, at)), unseen);
}

/** What was taken from a file when a task was made at `site`. */
export function placesAt({ file, line, column }: CallSite): Place[] {
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  return [{ source: { file, text }, line, column }];
}

/** Stands for the function whose source is to be found in the file. */
export function unseen(): string {
  return "not found in the file";
}
