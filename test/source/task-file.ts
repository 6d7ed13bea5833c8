import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { siteAt } from "../../src/source/position.ts";
import { describeTask, type TaskSource } from "../../src/source/source.ts";
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
  return describeTask(siteAt(file, text, at), unseen);
}

/** Stands for the function whose source is to be found in the file. */
export function unseen(): string {
  return "not found in the file";
}
