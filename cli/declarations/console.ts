import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";

export const CONSOLE = defineCommand({
  name: "console",
  args: "[address]",
  about: "Look around in a log and edit its tags, on the whole screen of a terminal",
  options: [
    {
      flags: "--plain",
      about: "Numbered lines and questions instead, for screen readers and pipes",
    },
    ...WHICH_LOG,
  ],
  examples: [
    "console                              executions; ? shows the keys",
    "console executions/6dc981d7          one execution; also jobs/.., tasks/.., a path, an id",
    "console '?env=prod and status=failed'",
    "console tags/env                     the values of a tag",
    "console compare/6dc981d7,-           two executions beside each other",
    "console --plain                      for a screen reader",
  ],
});
