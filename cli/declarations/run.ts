import { defineCommand, type OptionsOf } from "../command.ts";
import { DESCRIBE_EXECUTION, FORMAT, PAGER, TAG_EXECUTION, WHICH_LOG } from "../options.ts";

/** Arguments after the task belong to the task, except options that only `run` has. */
export const RUN = defineCommand({
  name: "run",
  args: "[script] [task] [...arguments]",
  about: "Run a task of a workflow script and record it",
  rawAfter: 2,
  options: [
    TAG_EXECUTION,
    ...DESCRIBE_EXECUTION,
    {
      flags: "-o, --option <name=value>",
      about:
        "A default for tasks that do not set it themselves: executor=thread, timeout=60, retries=2",
      repeats: true,
    },
    { flags: "--no-cache", about: "Run every job; reuse no earlier results" },
    { flags: "--explain", about: "Say why each job runs" },
    {
      flags: "--dry-run",
      about: "Say which jobs would run, which are cached, and why; run and record nothing",
    },
    { flags: "--no-prov", about: "Record nothing: no journal, no commit, no index" },
    {
      flags: "--rerun <id>",
      about:
        "Call the task of an execution or job again with its recorded arguments and the current code",
    },
    { flags: "-q, --quiet", about: "Print only the result, no progress" },
    {
      flags: "--progress <how>",
      about:
        "Progress on stderr: live (default on a terminal), plain, json (a line per event), or none",
    },
    { ...FORMAT, about: "How to print the result: text, or json" },
    ...WHICH_LOG,
  ],
  examples: [
    "run workflow.ts main --greet Hi      run a task; its parameters are options",
    "run workflow.ts main -t env=prod     tag the execution; options may also precede the script",
    "run workflow.ts main -- --tag x      everything after `--` goes to the task",
    "run --dry-run workflow.ts main       which jobs would run, and why",
    "run --rerun 5ed83d2                  one job again, with its arguments and the current code",
    "run workflow.ts help                 list the tasks of a script",
    "run workflow.ts main --help          show a task's parameters",
  ],
});

/** What `run` takes, after the task too, where that has no parameter of the name. */
export const RUN_OPTIONS = { ...RUN, options: [...RUN.options, ...PAGER] };

export type RunOptions = OptionsOf<typeof RUN>;
