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
        "An option of tasks that have none of their own: executor=thread, timeout=60, retries=2",
      repeats: true,
    },
    { flags: "--no-cache", about: "Run every job, whatever earlier executions gave" },
    { flags: "--explain", about: "Say of each job that runs why it does" },
    {
      flags: "--dry-run",
      about: "Say which jobs would run, which are cached, and why; run and record nothing",
    },
    { flags: "--no-prov", about: "Record nothing: no journal, no commit, no index" },
    {
      flags: "--rerun <id>",
      about:
        "Call an execution's or a job's task again with its recorded arguments, as the code is here",
    },
    { flags: "-q, --quiet", about: "Print only the result, no progress" },
    {
      flags: "--progress <how>",
      about: "What stderr gets: live (as on a terminal), plain, json (a line an event), or none",
    },
    { ...FORMAT, about: "How to print the result: text, or json" },
    ...WHICH_LOG,
  ],
  examples: [
    "run workflow.ts main --greet Hi      run a task; its parameters are options",
    "run workflow.ts main -t env=prod     tag the execution; options may also precede the script",
    "run workflow.ts main -- --tag x      everything after `--` goes to the task",
    "run --dry-run workflow.ts main       which jobs would run, and why",
    "run --rerun 5ed83d2                  one job again, with its arguments, by the code as it is here",
    "run workflow.ts help                 list the tasks of a script",
    "run workflow.ts main --help          show a task's parameters",
  ],
});

/** What `run` takes, behind the task too, where that has no parameter of the name. */
export const RUN_OPTIONS = { ...RUN, options: [...RUN.options, ...PAGER] };

export type RunOptions = OptionsOf<typeof RUN>;
