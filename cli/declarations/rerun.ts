import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";

export const RERUN = defineCommand({
  name: "rerun",
  args: "[execution]",
  about: "Run a recorded execution again and compare the results",
  options: [
    {
      flags: "--here",
      about: "Run in this work tree as it is, not in a clean checkout of the commit",
    },
    {
      flags: "--since <time|revision>",
      about:
        "Rerun all since a time (2026-11-22, 2w), or of the code since a commit or git tag (v1.0)",
    },
    {
      flags: "-t, --tag <key=value>",
      about: "Rerun all with this tag; also key, key!=value, key~glob, key>3",
      repeats: true,
    },
    {
      flags: "--where <query>",
      about: "Rerun all that match: env=prod and (cost > 3 or not user ~ ras*)",
      repeats: true,
    },
    { flags: "-q, --quiet", about: "Do not show what the programs print" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "rerun -                              the latest execution, in a clean checkout of its commit",
    "rerun 6dc981d7 --here                with the code of this work tree",
    "rerun --since v1.0 -t approved       check that all of these still give the same results",
  ],
});
