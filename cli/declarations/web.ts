import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";

export const WEB = defineCommand({
  name: "web",
  args: "[address]",
  about: "Show the log in a browser: runs, timelines, graphs, comparisons, tags",
  options: [
    { flags: "--port <port>", about: "The port of 127.0.0.1 to serve on (default: a free one)" },
    { flags: "--open", about: "Open it in your browser" },
    { flags: "--read-only", about: "Without editing of tags" },
    ...WHICH_LOG,
  ],
  examples: [
    "web --open                           until Ctrl-C",
    "web executions/6dc981d7              the address of one run; also jobs/.., tags/env, ?env=prod",
    "web compare/6dc981d7,3aa7bb10        two runs beside each other",
  ],
});
