import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";

export const RERUN = defineCommand({
  name: "rerun",
  args: "[execution]",
  about: "Run a recorded execution again, and compare what comes out",
  options: [
    { flags: "--here", about: "In this work tree as it is, not in a temporary one of its commit" },
    {
      flags: "--since <time|revision>",
      about: "All since then instead of one: 2026-11-22, 2w, or a commit or tag of the code (v1.0)",
    },
    {
      flags: "-t, --tag <key=value>",
      about: "All with this tag instead of one; also key, key!=value, key~glob, key>3",
      repeats: true,
    },
    { flags: "--where <query>", about: "All that match instead of one", repeats: true },
    { flags: "-q, --quiet", about: "Do not show what they print" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "rerun -                              the latest execution, in a clean checkout of its commit",
    "rerun 6dc981d7 --here                with the code as it is here",
    "rerun --since v1.0 -t approved       whether they all still come out the same",
  ],
});
