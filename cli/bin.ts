#!/usr/bin/env node
/** Where the command line begins as a process: the one that people start. */
import type { Main } from "./execute.ts";

/** As much of the command line as the words need. */
function load([word]: readonly string[]) {
  return word === "exec" || word === "step" ? import("./programs.ts") : import("./main.ts");
}

// The tests of the built command line call it themselves.
export const main: Main = async (words, io) => (await load(words)).main(words, io);

async function start(words: readonly string[]): Promise<void> {
  const { main, processIo } = await load(words);
  const status = await main(words, processIo());
  // A workflow may have given the process a status.
  if (status !== 0) process.exitCode = status;
}

if (typeof module === "undefined" || require.main === module) start(process.argv.slice(2));
