import { type ChildProcess, spawn, spawnSync } from "node:child_process";
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
}

const COLUMNS = 100;
const ROWS = 30;

/** Starts a command on a terminal of 100 columns and 30 rows, through `script`. */
export function onTerminal(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): OnTerminal {
  const words = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(" ");
  // Of a Ctrl-C the shell, too, is told.
  const command = `trap : INT; stty cols ${COLUMNS} rows ${ROWS}; ${words}; echo status $?`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd,
    env: environment({ env: { TERM: "xterm", SHELL: "/bin/sh", ...env } }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const terminal = new Terminal(COLUMNS, ROWS);
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
        ended.then(() => fail(new Error(`never showed "${text}":\n${terminal.text.join("\n")}`)));
      }),
    type: (keys) => void child.stdin.write(keys),
  };
}
