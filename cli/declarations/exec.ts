import { defineCommand } from "../command.ts";
import { DESCRIBE_EXECUTION, TAG_EXECUTION, WHICH_LOG } from "../options.ts";

const OF_PROGRAM = [
  { flags: "--in <glob>", about: "Files that the program reads", repeats: true },
  { flags: "--out <glob>", about: "Files that the program writes", repeats: true },
  { flags: "--env <name>", about: "Record this environment variable", repeats: true },
  { flags: "--cached", about: "Do not run it if an equal earlier run still stands for it" },
  { flags: "--no-cache", about: "Run it, and the steps in it, whatever --cached says" },
] as const;

const OF_RUN = [
  ...DESCRIBE_EXECUTION,
  { flags: "-q, --quiet", about: "Do not print the execution's id on a terminal" },
  ...WHICH_LOG,
] as const;

/** Words after the program are its own. */
export const EXEC = defineCommand({
  name: "exec",
  args: "<command> [...arguments]",
  about: "Run any program and record it",
  rawAfter: 1,
  options: [
    ...OF_PROGRAM,
    { flags: "--name <task>", about: "Name the task (default: the script, or the program)" },
    TAG_EXECUTION,
    ...OF_RUN,
  ],
  examples: [
    "exec -- python train.py --lr 0.1            the files that git sees change are its outputs",
    "exec --in 'data/*.csv' --out model.bin -- python train.py",
    "exec --cached --in data.csv --out model.bin -- python train.py",
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
    { ...TAG_EXECUTION, about: "Tag the job; outside of a recorded program, the execution" },
    ...OF_RUN,
  ],
  examples: [
    "step align -- bwa mem ref.fa reads.fq       in a script that `redun-git exec` runs",
    "step --out report.html report -- quarto render report.qmd",
  ],
});
