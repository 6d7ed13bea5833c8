import { RedunError } from "../../src/errors.ts";
import { tellNotices } from "../../src/notice.ts";
import { shellWord } from "../../src/value/shown-text.ts";
import { parseAddress } from "../../src/views/address.ts";
import type { CommandFunction } from "../command.ts";
import { paletteOf } from "../console/palette.ts";
import { Session } from "../console/session.ts";
import type { CONSOLE } from "../declarations/console.ts";
import { refresh } from "../with-log.ts";

export const command: CommandFunction<typeof CONSOLE> = async (workspace, [word = ""], options) => {
  const { io } = workspace;
  const address = parseAddress(word);
  const log = workspace.indexedLog();
  const device = options.plain ? null : io.openTerminal();
  if (!options.plain && !device) throw noTerminal(word);
  await refresh(workspace, log);
  if (!device || io.env.TERM === "dumb") {
    const { plainConsole } = await import("../console/plain.ts");
    return plainConsole(log, io, address);
  }
  const session = new Session(log, device, paletteOf(io.env), address);
  tellNotices((text) => session.dispatch({ kind: "said", text, isError: false }));
  const status = await session.run();
  // Whoever quits does not wait for what was still being read.
  setTimeout(() => io.exit(status), CLOSE_TIME).unref();
  return status;
};

/** How long closing the log may take, in milliseconds. */
const CLOSE_TIME = 1000;

function noTerminal(word: string): RedunError {
  const address = word === "" ? "" : ` ${shellWord(word)}`;
  return new RedunError(
    "NO_TERMINAL",
    "The console needs a terminal as its input and output.",
    `\`redun-git log${address}\` prints the same, and \`redun-git console --plain${address}\` reads lines and answers with lines.`,
  );
}
