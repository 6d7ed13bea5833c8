import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";

const OF_PROGRAM = [
  { flags: "--in <glob>", about: "Files that the program reads", repeats: true },
  { flags: "--out <glob>", about: "Files that the program writes", repeats: true },
  { flags: "--env <name>", about: "Record this environment variable", repeats: true },
] as const;

const OF_RUN = [
  { flags: "-t, --tag <key=value>", about: "Tag the execution", repeats: true },
  { flags: "--project <name>", about: "The project tag (default: the name of the task)" },
  { flags: "--doc <text>", about: "Describe the purpose of this run" },
  {
    flags: "-u, --user <name>",
    about: "The user tag (default: $REDUN_USER, then your user name)",
  },
  { flags: "-q, --quiet", about: "Do not print the execution's id on a terminal" },
  ...WHICH_LOG,
] as const;

/** Words behind the program are its own. */
export const EXEC = defineCommand({
  name: "exec",
  args: "<command> [...arguments]",
  about: "Run any program and record it",
  rawAfter: 1,
  options: [
    ...OF_PROGRAM,
    { flags: "--name <task>", about: "Name the task (default: the script, or the program)" },
    ...OF_RUN,
  ],
  examples: [
    "exec -- python train.py --lr 0.1            the files that git sees change are its outputs",
    "exec --in 'data/*.csv' --out model.bin -- python train.py",
    "exec -t env=prod --env CUDA_VISIBLE_DEVICES -- make -j8 all",
  ],
});

export const STEP = defineCommand({
  name: "step",
  args: "<name> <command> [...arguments]",
  about: "Run a program as a named job of the recorded program around it",
  rawAfter: 2,
  options: [
    ...OF_PROGRAM,
    {
      flags: "-t, --tag <key=value>",
      about: "Tag the job; outside of a recorded program, the execution",
      repeats: true,
    },
    ...OF_RUN.slice(1),
  ],
  examples: [
    "step align -- bwa mem ref.fa reads.fq       in a script that `redun-git exec` runs",
    "step --out report.html report -- quarto render report.qmd",
  ],
});
