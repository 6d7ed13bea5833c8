import type { CommandSpec } from "./command.ts";
import { FORMAT, WHICH_LOG } from "./options.ts";

/** What is behind the task is the task's, but for options that only `run` has. */
export const RUN: CommandSpec = {
  name: "run",
  args: "<script> [task] [...arguments]",
  about: "Run a task of a workflow script and record it",
  rawAfter: 2,
  options: [
    { flags: "-t, --tag <key=value>", about: "Tag the execution", repeats: true },
    { flags: "--project <name>", about: "The project tag (default: the task's namespace)" },
    { flags: "--doc <text>", about: "Say what this run is for" },
    { flags: "-u, --user <name>", about: "The user tag (default: $REDUN_USER, then you)" },
    { flags: "-q, --quiet", about: "No progress, only the result" },
    { ...FORMAT, about: "How to print the result: text, or json" },
    ...WHICH_LOG,
  ],
  examples: [
    "run workflow.ts main --greet Hi      run a task; its parameters are options",
    "run workflow.ts main -t env=prod     tag the execution; options may stand before the script too",
    "run workflow.ts main -- --tag x      behind `--` everything is the task's",
    "run workflow.ts help                 list the tasks of a script",
    "run workflow.ts main --help          show a task's parameters",
  ],
  load: () => import("./run/supervise.ts"),
};
