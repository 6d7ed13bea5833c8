import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";
import { LIMIT, WHICH_EXECUTIONS } from "./log.ts";

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

export const REPORT = defineCommand({
  name: "report",
  args: "[...executions]",
  about:
    "Write a run, several or a comparison as one file: a page that needs no server, or Markdown",
  options: [
    { flags: "-o, --output <file>", about: "Where to (default: stdout)" },
    { flags: "--format <format>", about: "html (default), or md: for a CI job's summary" },
    ...WHICH_EXECUTIONS,
    { ...LIMIT, about: "Of those that match, at most this many (default 50; 0 for all)" },
    ...WHICH_LOG,
  ],
  examples: [
    "report -o run.html                    the latest run",
    "report 6dc981d7 3aa7bb10 -o two.html  what differs between two",
    "report -t sweep=lr -o sweep.html      many, as a table and a plot",
    'report --format md >> "$GITHUB_STEP_SUMMARY"',
  ],
});
