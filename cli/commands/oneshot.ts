import { resolve } from "node:path";
import { oneshot } from "../../src/executors/oneshot.ts";
import type { CommandFunction } from "../command.ts";
import type { ONESHOT } from "../declarations/oneshot.ts";
import { LIBRARY_URL } from "../library-url.ts";

export const command: CommandFunction<typeof ONESHOT> = async ({ io }, [input, output], given) => {
  const { cwd } = io;
  const root = resolve(cwd, given.root ?? ".");
  const code = given.code === undefined ? root : resolve(cwd, given.code);
  const means = { root, code, libraryUrl: LIBRARY_URL };
  await oneshot(resolve(cwd, input), resolve(cwd, output), means);
  // The script may hold something open: a server, or a run that it began.
  io.exit(0);
};
