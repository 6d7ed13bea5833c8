import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";

export const SCAN = defineCommand({
  name: "scan",
  args: "[range]",
  about: "Look for secrets in a log; ends with 1 where something looks like one",
  options: [
    { flags: "--push", about: "Only in what a push to the default remote would send" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "scan                                 every record of the log",
    "scan --push                          what has not left this repository yet",
    "scan redun/main~10..                 what the last ten commits brought",
  ],
});
