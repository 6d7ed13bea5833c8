/** The command that executors start where a call is to run. */
import { defineCommand } from "../command.ts";

export const ONESHOT = defineCommand({
  name: "oneshot",
  args: "<input> <output>",
  about: "Run one call that an executor has sent, and write its answer; nothing is recorded",
  options: [
    {
      flags: "--root <folder>",
      about: "The top of the checkout, from which the call names its files (default: here)",
    },
    {
      flags: "--code <folder>",
      about: "Where the script is loaded from, a copy of the checkout (default: the checkout)",
    },
  ],
  examples: [
    "oneshot call.yaml answer.yaml        answer.yaml appears when it is complete",
    "oneshot --root ~/project /scratch/5ed8/call /scratch/5ed8/answer",
    "oneshot --code s3://lab/code/5ed8.jsonl.gz s3://lab/arrays/7/calls/0 s3://lab/arrays/7/answers/0",
  ],
});
