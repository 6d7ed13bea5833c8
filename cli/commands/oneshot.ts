import { resolve } from "node:path";
import { oneshot } from "../../src/executors/oneshot.ts";
import type { CommandFunction } from "../command.ts";
import type { ONESHOT } from "../declarations/oneshot.ts";
import { LIBRARY_URL } from "../library-url.ts";
import { reportError } from "../text/error.ts";

/** As `SCRIPT_STATUS` tells it. */
const UNREACHABLE = 75;

export const command: CommandFunction<typeof ONESHOT> = async ({ io }, [input, output], given) => {
  const { cwd } = io;
  if (input.startsWith("s3://")) {
    const { runElement } = await import("../../src/bucket/element.ts");
    const command = [process.execPath, ...process.execArgv, io.program];
    const places = { input, output, code: given.code, cwd, command };
    let status = UNREACHABLE;
    try {
      status = await runElement(places);
    } catch (error) {
      reportError(error, io);
    }
    io.exit(status);
    return;
  }
  const root = resolve(cwd, given.root ?? ".");
  const code = given.code === undefined ? root : resolve(cwd, given.code);
  const means = { root, code, libraryUrl: LIBRARY_URL };
  await oneshot(resolve(cwd, input), resolve(cwd, output), means);
  // The script may hold something open: a server, or a run that it began.
  io.exit(0);
};
