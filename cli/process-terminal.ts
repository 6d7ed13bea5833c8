import { writeSync } from "node:fs";
import type { TerminalDevice } from "./io.ts";

const SIGNALS = ["SIGTSTP", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const;
/** How long is waited for a terminal that takes no more for now, in milliseconds. */
const PAUSE = 2;

/** The terminal of this process; null where stdin or stdout is none. */
export function processTerminal(): TerminalDevice | null {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return null;
  const closing: (() => void)[] = [];
  const listen = (on: () => void, off: () => void) => {
    on();
    closing.push(off);
  };
  return {
    get rows() {
      return stdout.rows || 24;
    },
    get columns() {
      return stdout.columns || 80;
    },
    write: writeWhole,
    setRaw: (isRaw) => void stdin.setRawMode(isRaw),
    onInput(listener) {
      const onData = (text: string) => listener(text);
      const onEnd = () => listener(null);
      stdin.setEncoding("utf8");
      listen(
        () => stdin.on("data", onData).on("end", onEnd).on("error", onEnd).resume(),
        () => stdin.off("data", onData).off("end", onEnd).off("error", onEnd).pause(),
      );
    },
    onResize(listener) {
      listen(
        () => stdout.on("resize", listener),
        () => stdout.off("resize", listener),
      );
    },
    onContinue(listener) {
      listen(
        () => process.on("SIGCONT", listener),
        () => process.off("SIGCONT", listener),
      );
    },
    onSignal(listener) {
      for (const signal of SIGNALS) {
        const on = () => listener(signal);
        listen(
          () => process.on(signal, on),
          () => process.off(signal, on),
        );
      }
    },
    onExit(listener) {
      // What is said of an error that ends us is to stand on the screen that stays.
      for (const end of ["exit", "uncaughtExceptionMonitor"] as const) {
        listen(
          () => process.on(end, listener),
          () => process.off(end, listener),
        );
      }
    },
    stop() {
      const listeners = process.rawListeners("SIGTSTP") as (() => void)[];
      process.removeAllListeners("SIGTSTP");
      // As the terminal itself would: to all of its job.
      process.kill(0, "SIGTSTP");
      for (const listener of listeners) process.on("SIGTSTP", listener);
    },
    close() {
      for (const off of closing.splice(0)) off();
    },
  };
}

function writeWhole(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // Of a terminal that has gone, the end of stdin tells.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}
