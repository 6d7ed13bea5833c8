import { RedunError } from "../src/errors.ts";
import type { GitConfig, Oid } from "../src/git/backend.ts";
import { Log } from "../src/log/log.ts";
import { recoverRuns } from "../src/log/recover.ts";
import type { LogChoice } from "../src/log/ref.ts";
import { logsOfRemote, previewFetch, type TransferOptions } from "../src/share/fetch.ts";
import { chooseRemote, type RemoteLog, remoteLogFor } from "../src/share/remotes.ts";
import { isJson } from "./command.ts";
import { jsonText } from "./text/json.ts";
import { recoveryText } from "./text/recovery.ts";
import { visible } from "./text/terminal.ts";
import { watchedLog } from "./watched-log.ts";
import type { Workspace } from "./workspace.ts";

/** What a command that talks with a remote begins with. */
export interface Sharing {
  readonly workspace: Workspace;
  readonly log: Log;
  readonly config: GitConfig;
  /** The remote's name, or the URL or path that was given. */
  readonly remote: string;
  readonly transfer: TransferOptions;
}

/** Options of commands that talk with a remote; some take none of one log. */
export interface RemoteOptions extends LogChoice {
  readonly allLogs?: boolean;
  readonly dryRun?: boolean;
  readonly format?: string;
}

/**
 * Gives the log, without its index, with the remote that is meant to `body`.
 * @throws RedunError USAGE where both one log and all logs are asked for
 */
export async function withRemote(
  workspace: Workspace,
  options: RemoteOptions,
  named: string | undefined,
  direction: "fetch" | "push",
  body: (sharing: Sharing) => Promise<void>,
): Promise<void> {
  const { log: name, ref } = options;
  if (options.allLogs && (name ?? ref) !== undefined) {
    throw new RedunError(
      "USAGE",
      `--all-logs and ${ref ? "--ref" : "--log"} cannot be combined.`,
      "Leave one of them out.",
    );
  }
  const { log, config } = workspace;
  const remote = chooseRemote(log, config, named, direction);
  // A run that was interrupted is part of the log, once it is recorded.
  if (direction === "push" && !options.dryRun) workspace.tell(recoveryText(await recoverRuns(log)));
  await body({ workspace, log, config, remote, transfer: terminalTransfer(workspace) });
}

/** Prints what `body` says of the log, or with `--all-logs` of each one that the remote has. */
export async function eachLogOfRemote(
  { workspace, log, config, remote, transfer }: Sharing,
  options: RemoteOptions,
  body: (log: Log, remoteLog: RemoteLog) => Promise<string>,
): Promise<void> {
  const refs = options.allLogs ? await logsOfRemote(log, remote, transfer) : [log.ref];
  if (refs.length === 0 && !isJson(options)) {
    await workspace.write(visible(`${remoteLogFor(remote, log.ref, config).name} has no logs.\n`));
  }
  for (const ref of refs) {
    const one = watchedLog(workspace.io.stderr, new Log(log.backend, ref));
    await workspace.write(visible(await body(one, remoteLogFor(remote, ref, config))));
  }
}

/** A line of JSON about one log at one remote. */
export function factsJson({ name, ref }: RemoteLog, facts: object): string {
  return `${jsonText({ remote: name, log: ref, ...facts })}\n`;
}

/** Where a remote's log is now, for `--dry-run`; tells on stderr if it was rewritten. */
export async function preview(
  { workspace, transfer }: Pick<Sharing, "workspace" | "transfer">,
  log: Log,
  remoteLog: RemoteLog,
): Promise<Oid | null> {
  const { after, isRewritten } = await previewFetch(log, remoteLog, transfer);
  if (isRewritten) {
    const what = `warning: the log of ${remoteLog.name} was rewritten by force since the last fetch.`;
    workspace.tell(visible(`${what}\n  \`redun-git fetch\` says what it has lost.\n`));
  }
  return after;
}

/** The remote's words are among them; the end of a line stays what it is. */
function progressText(text: string): string {
  const end = /[\r\n]*$/.exec(text)![0];
  return visible(text.slice(0, text.length - end.length)) + end;
}

/** git may ask, and shows its progress on stderr, where there is a terminal. */
export function terminalTransfer({ io: { stdin, stderr } }: Workspace): TransferOptions {
  return {
    mayAsk: Boolean(stdin.isTTY && stderr.isTTY),
    onProgress: stderr.isTTY ? (text) => void stderr.write(progressText(text)) : undefined,
  };
}
