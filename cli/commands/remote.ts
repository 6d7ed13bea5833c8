import { logName } from "../../src/log/ref.ts";
import { type LogDistance, type RemoteState, remoteStates } from "../../src/share/distance.ts";
import { pushFailures } from "../../src/share/push-failure.ts";
import { wordsFor } from "../../src/share/remotes.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { REMOTE } from "../declarations/sharing.ts";
import { jsonText } from "../text/json.ts";
import { write } from "../text/output.ts";
import { reportPushFailures } from "../text/push-failure.ts";
import { arrivalsText } from "../text/record-counts.ts";
import { oneLine } from "../text/terminal.ts";
import { watchedLog } from "../watched-log.ts";
import { withOwnLog } from "../with-remote.ts";

export const command: CommandFunction<typeof REMOTE> = (_words, options) => {
  const json = isJson(options);
  return withOwnLog(options, async (log, config) => {
    const states = await remoteStates(watchedLog(log), config);
    if (json) return write(states.flatMap(stateJson).join(""));
    reportPushFailures(pushFailures(log.backend.repository, config));
    if (states.length === 0) {
      return write("No remotes yet. `git remote add origin <url>` adds one.\n");
    }
    await write(states.map(stateText).join("\n"));
    const wasSeen = states.some(({ logs }) => logs.some(({ seen }) => seen !== null));
    if (wasSeen) await write("\nAs of the last fetch or push: `redun-git fetch` asks anew.\n");
  });
};

function stateText({ name, url, logs }: RemoteState): string {
  return `${oneLine(name)}  ${oneLine(url)}\n${logs.map((log) => `  ${logText(log, name)}\n`).join("")}`;
}

function logText({ ref, seen, ahead, behind }: LogDistance, remote: string): string {
  const name = oneLine(logName(ref));
  const asks = oneLine(`redun-git fetch ${wordsFor({ name: remote, ref })}`);
  const parts = [
    seen === null && `nothing fetched yet, \`${asks}\` asks`,
    arrivalsText(ahead) && `to push: ${arrivalsText(ahead)}`,
    arrivalsText(behind) && `to pull: ${arrivalsText(behind)}`,
  ].filter(Boolean);
  return `${name}: ${parts.length > 0 ? parts.join("; ") : "the same as here"}`;
}

function stateJson({ name, url, logs }: RemoteState): string[] {
  return logs.map(({ ref, seen, ahead, behind }) => {
    return `${jsonText({ remote: name, url, log: ref, commit: seen, ahead, behind })}\n`;
  });
}
