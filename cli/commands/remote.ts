import { logName } from "../../src/log/ref.ts";
import { type LogDistance, type RemoteState, remoteStates } from "../../src/share/distance.ts";
import { pushFailures } from "../../src/share/push-failure.ts";
import { wordsFor } from "../../src/share/remotes.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { REMOTE } from "../declarations/sharing.ts";
import { jsonText } from "../text/json.ts";
import { pushFailuresText } from "../text/push-failure.ts";
import { arrivalsText } from "../text/record-counts.ts";
import { oneLine } from "../text/terminal.ts";
import { watchedLog } from "../watched-log.ts";

export const command: CommandFunction<typeof REMOTE> = async (workspace, _words, options) => {
  const json = isJson(options);
  const { log, config, repository } = workspace;
  const states = await remoteStates(watchedLog(workspace.io.stderr, log), config);
  if (json) return workspace.write(states.flatMap(stateJson).join(""));
  workspace.tell(pushFailuresText(pushFailures(repository, config)));
  if (states.length === 0) {
    return workspace.write("No remotes yet. `git remote add origin <url>` adds one.\n");
  }
  await workspace.write(states.map(stateText).join("\n"));
  const wasSeen = states.some(({ logs }) => logs.some(({ seen }) => seen !== null));
  if (wasSeen)
    await workspace.write("\nAs of the last fetch or push: `redun-git fetch` asks again.\n");
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
