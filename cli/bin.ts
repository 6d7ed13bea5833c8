#!/usr/bin/env node
/** Where the command line begins as a process: the one that people start. */
import { main } from "./main.ts";
import { processIo } from "./process-io.ts";

export { main };

// The tests of the built command line call `main` themselves.
if (typeof module === "undefined" || require.main === module) {
  main(process.argv.slice(2), processIo()).then((status) => {
    // A workflow may have given the process a status.
    if (status !== 0) process.exitCode = status;
  });
}
