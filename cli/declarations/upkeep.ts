/** The commands that look after the files of a log: its journals, its index. */
import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";

export const RECOVER = defineCommand({
  name: "recover",
  args: "[execution]",
  about: "List runs not yet fully recorded, or record one whose process died",
  options: [
    { flags: "--force", about: "Even if its process is still running" },
    { flags: "--dry-run", about: "Show what would be recorded; record nothing" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "recover                              which runs are active, waiting, or may be dead",
    "recover 6dc981d7                     record one that died on another machine or container",
    "recover 6dc981d7 --dry-run           show what is known about it",
  ],
});

export const INDEX = defineCommand({
  name: "index",
  args: "[action]",
  about: "Show the local index of a log; `rebuild` or `drop` it",
  isQuick: true,
  options: [FORMAT, ...WHICH_LOG],
  examples: [
    "index                                its path, its size, and the commit it covers",
    "index rebuild                        delete it and build it again from the log",
    "index drop                           delete it; the next query builds it again",
  ],
});

export const VERIFY = defineCommand({
  name: "verify",
  args: "[range]",
  about: "Check that a log is whole and was only ever added to; ends with 1 if not",
  options: [
    { flags: "--signatures", about: "Each commit that brought records must have a good signature" },
    { flags: "--rerun-all", about: "Then run its executions again and compare the results" },
    { flags: "-q, --quiet", about: "With --rerun-all: do not show what the programs print" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "verify                               every commit and file, the index, the journals",
    "verify redun/remotes/origin/main..   what this clone has and the remote had not",
    "verify --signatures                  by git's rules: gpg, or gpg.ssh.allowedSignersFile",
  ],
});
