import { RedunError } from "../../src/errors.ts";
import { parseAddress, printAddress } from "../../src/views/address.ts";
import { findAddressed } from "../../src/views/find-addressed.ts";
import type { CommandFunction } from "../command.ts";
import type { WEB } from "../declarations/web.ts";
import { answer } from "../web/answers.ts";
import { pageDocument } from "../web/document.ts";
import { applyEdit } from "../web/edits.ts";
import { openBrowser } from "../web/open-browser.ts";
import { serve } from "../web/server.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction<typeof WEB> = async (workspace, [address = ""], options) => {
  const { io } = workspace;
  const shown = parseAddress(address);
  const port = portOf(options.port);
  // Where there is no repository or no such id, its user should read so at once.
  await withLog(workspace, async (log) => {
    if (shown.kind === "entity") await findAddressed(log, shown);
  });
  const canEdit = !options.readOnly;
  let last: Promise<unknown> = Promise.resolve();
  // One after the other: an index that is damaged is replaced, and its question begins again.
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const serving = await serve(
    {
      document: pageDocument("redun-git"),
      answer: (name, asks) =>
        queued(() =>
          withLog(workspace, (log) =>
            answer(log, name, asks, { canEdit, isReport: false, start: "" }),
          ),
        ),
      edit: canEdit
        ? (body) =>
            queued(() => withLog(workspace, (log) => applyEdit(log, body), { appends: true }))
        : null,
      onError: (error) => workspace.tell(`${(error as Error)?.stack ?? error}\n`),
    },
    port,
  );
  let ignore = () => {};
  try {
    const interrupted = new Promise<void>((resolve) => {
      ignore = io.onInterrupt(resolve);
    });
    const url = serving.url + fragment(printAddress(shown));
    await workspace.write(`${url}\n`);
    workspace.tell("Serving on this machine only, until Ctrl-C.\n");
    if (options.open && !(await openBrowser(url, io.env))) {
      workspace.tell("No browser could be started: open the address above.\n");
    }
    await interrupted;
  } finally {
    ignore();
    await serving.close();
    // A commit that was begun is ended.
    await last;
  }
};

function fragment(address: string): string {
  return `#/${encodeURIComponent(address).replace(/%(?:2F|3F|3D|2C)/g, decodeURIComponent)}`;
}

/** @throws RedunError USAGE for what is no port */
function portOf(port: string | undefined): number {
  if (port === undefined) return 0;
  const number = Number(port);
  if (/^\d+$/.test(port) && number < 65_536) return number;
  throw new RedunError("USAGE", `--port is "${port}", which is not a port.`, "Give 1024 to 65535.");
}
