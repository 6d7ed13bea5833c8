#!/usr/bin/env node
/** Where the command line begins as a process: the one that people start. */
import { join } from "node:path";
import { builtFile } from "./built-file.ts";
import type { Main } from "./execute.ts";
import type { processIo } from "./process-io.ts";
import { startEarly } from "./run/worker-process.ts";

declare const BUILD_VERSION: string | undefined;

interface CommandLine {
  readonly main: Main;
  readonly processIo: typeof processIo;
}

/** The commands that have a file with nothing but what they need. */
const FILES: Readonly<Record<string, string>> = {
  run: "runs.cjs",
  exec: "programs.cjs",
  step: "programs.cjs",
  console: "screens.cjs",
};

/** As much of the command line as the words need. */
async function load([word = ""]: readonly string[]): Promise<CommandLine> {
  if (typeof BUILD_VERSION !== "string") return import("./main.ts");
  return builtFile(join(__dirname, FILES[word] ?? "main.cjs")) as CommandLine;
}

// The tests of the built command line call it themselves.
export const main: Main = async (words, io) => (await load(words)).main(words, io);

async function start(words: readonly string[]): Promise<void> {
  let worker = startEarly(words);
  const takeWorker = () => {
    const taken = worker;
    worker = undefined;
    return taken;
  };
  const { main, processIo } = await load(words);
  const status = await main(words, processIo(takeWorker));
  // The words asked for something else, or for too much.
  worker?.child.kill("SIGKILL");
  // A workflow may have given the process a status.
  if (status !== 0) process.exitCode = status;
}

if (typeof module === "undefined" || require.main === module) start(process.argv.slice(2));
