/**
 * The world of a command line: what of its process it may know and change. Only the files that
 * processes begin with (bin.ts, run/worker.ts) make one of the real thing. `run` alone, which is two processes,
 * knows of more: signals, and programs of the workflow.
 */
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
