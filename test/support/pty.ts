import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { programsOf } from "../../cli/run/programs.ts";
import { CLI, environment } from "./cli.ts";
import { Terminal } from "./terminal.ts";

/** Why there can be no terminal here; null where there can be. */
export const NO_PTY: string | null = spawnSync("script", ["--version"], {
  encoding: "utf8",
}).stdout?.includes("util-linux")
  ? null
  : "no script of util-linux";

/** A command on a terminal of its own. */
export interface OnTerminal {
  readonly child: ChildProcess;
  readonly terminal: Terminal;
  /** As it looks once the command has ended. Its last line is `status N`. */
  readonly ended: Promise<Terminal>;
  /** Resolves once the screen holds `text`. */
  shows(text: string): Promise<void>;
  type(keys: string): void;
  /** The process id of the command; on Linux. */
  pid(): number;
}

/** On a busy machine a command may wait long for its turn. */
const PATIENCE_IN_MS = 60_000;

const COLUMNS = 100;
const ROWS = 30;

/** Starts a command on a terminal of 100 columns and 30 rows, or of another size, through `script`. */
export function onTerminal(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  [columns, rows]: readonly [columns: number, rows: number] = [COLUMNS, ROWS],
): OnTerminal {
  const words = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(" ");
  // Of a Ctrl-C the shell, too, is told.
  const command = `trap : INT; stty cols ${columns} rows ${rows}; set=$(stty -g); ${words}; status=$?
    test "$set" = "$(stty -g)" || echo the terminal is left as it was not; echo status $status`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd,
    env: environment({ env: { TERM: "xterm", SHELL: "/bin/sh", ...env } }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const terminal = new Terminal(columns, rows);
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    terminal.write(text);
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Terminal>((done, fail) => {
    child.on("error", fail);
    child.on("close", () => done(terminal));
  });
  return {
    child,
    terminal,
    ended,
    shows: (text) =>
      new Promise((done, fail) => {
        const look = () => {
          if (terminal.screen.join("\n").includes(text)) done();
        };
        listeners.add(look);
        look();
        const give = () => fail(new Error(`never showed "${text}":\n${terminal.text.join("\n")}`));
        ended.then(give);
        setTimeout(give, PATIENCE_IN_MS).unref();
      }),
    type: (keys) => void child.stdin.write(keys),
    pid() {
      const isOurs = (pid: number) =>
        readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(process.execPath);
      return programsOf(undefined, child.pid!).find(isOurs)!;
    },
  };
}
