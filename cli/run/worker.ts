/** The process that loads a workflow and computes, for `supervise.ts`. */
import { readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { constants } from "node:os";
import { RUN_MARK } from "../../src/run-mark.ts";
import { logChoice } from "../command.ts";
import { command } from "../commands/run.ts";
import { processIo } from "../process-io.ts";
import { reportError } from "../text/error.ts";
import { showNotices } from "../text/output.ts";
import { Workspace } from "../workspace.ts";
import { ending, overLine, viewer, type WorkOrder } from "./channel.ts";
import { CHANNEL, VIEW } from "./descriptors.ts";
import { killPrograms } from "./programs.ts";

/** Does what the process that started this one orders. */
export async function work(): Promise<void> {
  const order = JSON.parse(readOrder()) as WorkOrder;
  process.argv[1] = order.command;
  if (order.canShow) viewer.descriptor = VIEW;
  const io = processIo();
  showNotices(io);
  listen();
  let status = 0;
  try {
    const { words, options } = order;
    const workspace = new Workspace(io, {
      argv: process.argv.slice(2),
      choice: logChoice(options),
      noPager: true,
    });
    // The workflow may have given the process one.
    status = (await command(workspace, words, options)) || Number(process.exitCode ?? 0);
  } catch (error) {
    status = reportError(error, io);
  }
  if (status !== 0) process.exitCode = status;
  tellOver(order, status);
}

/** What stands on the channel up to the first line end. It is there, or will be in a moment. */
function readOrder(): string {
  const bytes: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const size = readSync(CHANNEL, chunk);
    if (size === 0) process.exit(1);
    bytes.push(chunk.subarray(0, size));
    if (chunk[size - 1] === 10) return Buffer.concat(bytes).toString("utf8");
  }
}

function tellOver(order: WorkOrder, status: number): void {
  try {
    writeSync(CHANNEL, overLine(order, status));
  } catch {
    // The other process is gone.
  }
}

/** Takes signals that reached the other process. A terminal's Ctrl-C reaches both. */
function listen(): void {
  const channel = new Socket({ fd: CHANNEL });
  channel.on("error", () => {});
  channel.on("data", (chunk) => {
    const signal = chunk.toString().trim() as NodeJS.Signals;
    channel.write(`${signal}\n`);
    // The listener, the run or the workflow itself, decides what comes of it.
    if (process.listenerCount(signal) > 0) process.emit(signal, signal);
    else {
      ending.by = signal;
      process.exit(128 + constants.signals[signal]);
    }
  });
  channel.on("end", () => {
    // The other process was killed. The run's end is written while this one exits.
    killPrograms(process.env[RUN_MARK], process.pid);
    process.exit(128 + constants.signals.SIGKILL);
  });
  channel.unref();
}
