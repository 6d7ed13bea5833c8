/**
 * The world of a command line: what of its process it may know and change. Only the files that
 * processes begin with (bin.ts, run/worker.ts) make one of the real thing. `run` alone, which is two processes,
 * knows of more: signals, and programs of the workflow.
 */
import type { WorkerProcess } from "./run/worker-process.ts";

export interface Io {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  /** The current directory. Reading it fails where that was deleted. */
  readonly cwd: string;
  /** The file that starts the command line: `run` and pushes in the background start it again. */
  readonly program: string;
  /** Hears of errors that nothing else handles, until the function that it returns is called. */
  readonly onUncaught: (listener: (error: unknown) => void) => () => void;
  /** Takes Ctrl-C, which then ends nothing, until the function that it returns is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** What a command of the whole screen does with the terminal; null where stdin or stdout is none. */
  readonly openTerminal: () => TerminalDevice | null;
  /** The process for a run's workflow, where it was started already; once. */
  readonly takeWorker?: () => WorkerProcess | undefined;
  /** Ends the process at once, with all that goes on in it. */
  readonly exit: (status: number) => void;
}

/** stdin; what comes from it, piece by piece. */
export interface InputStream extends Partial<AsyncIterable<string | Uint8Array>> {
  readonly isTTY?: boolean;
}

/** stdout or stderr. */
export interface OutputStream {
  readonly isTTY?: boolean;
  /** Lines of the terminal. */
  readonly rows?: number;
  /** Characters in a line of the terminal. */
  readonly columns?: number;
  readonly write: (text: string, taken?: (error?: NodeJS.ErrnoException | null) => void) => boolean;
}

/** The terminal of this process, for a command that has the whole screen. */
export interface TerminalDevice {
  readonly rows: number;
  readonly columns: number;
  /** Writes at once, whole: also while the process ends. */
  readonly write: (text: string) => void;
  /** Each key by itself, and none of them shown or acted on by the terminal, or as before. */
  readonly setRaw: (isRaw: boolean) => void;
  /** Hears what is typed; null at its end. */
  readonly onInput: (listener: (text: string | null) => void) => void;
  readonly onResize: (listener: () => void) => void;
  /** The process goes on after it was stopped. */
  readonly onContinue: (listener: () => void) => void;
  /** Hears of a signal that would stop the process (SIGTSTP), or end it, and then does not. */
  readonly onSignal: (listener: (signal: "SIGTSTP" | EndingSignal) => void) => void;
  /** Calls this last, however the process ends, except by a kill. */
  readonly onExit: (listener: () => void) => void;
  /** Stops the process and its job as Ctrl-Z does, until the shell continues it. */
  readonly stop: () => void;
  /** Lets go of stdin and of all that listens. */
  readonly close: () => void;
}

export type EndingSignal = "SIGTERM" | "SIGHUP" | "SIGINT" | "SIGQUIT";
