import { isTracking, logName, TRACKING_REFS } from "../../src/log/ref.ts";
import { type LogSummary, listLogs } from "../../src/provenance/list-logs.ts";
import { remoteOfTracking } from "../../src/share/remotes.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { LOGS } from "../declarations/sharing.ts";
import { columnWidths, padCells } from "../text/columns.ts";
import { jsonText } from "../text/json.ts";
import { localTime } from "../text/lines.ts";
import { oneLine } from "../text/terminal.ts";

export const command: CommandFunction<typeof LOGS> = async (workspace, _words, options) => {
  const json = isJson(options);
  const logs = await listLogs(workspace.choice, workspace.io.cwd);
  if (json) return workspace.write(logs.map((log) => `${jsonText(logJson(log))}\n`).join(""));
  if (logs.length === 0) {
    return workspace.write("No logs yet. `redun-git run <script> <task>` begins one.\n");
  }
  const noteOf = ({ ref }: LogSummary) => whose(remoteOfTracking(workspace.config, ref), ref);
  const [own, tracking] = [false, true].map((is) => logs.filter((log) => log.isTracking === is));
  const sections = [
    ...(own!.length > 0 ? [`Logs:\n${table(own!, () => "")}`] : []),
    ...(tracking!.length > 0
      ? [`Of remotes, at the last fetch or push:\n${table(tracking!, noteOf)}`]
      : []),
  ];
  await workspace.write(sections.join("\n"));
};

function logJson({ changed, ...log }: LogSummary) {
  return { log: nameOf(log), ...log, changed: new Date(changed).toISOString() };
}

/** Whose log it is that a remote had, where its name does not tell. */
function whose(remote: string | null | undefined, ref: string): string {
  if (remote === undefined) return "  (remote removed)";
  if (remote === null) return "  (of a URL or a path)";
  return ref.startsWith(`${TRACKING_REFS}url-`) ? `  (of ${oneLine(remote)})` : "";
}

function table(logs: readonly LogSummary[], noteOf: (log: LogSummary) => string): string {
  const cells = logs.map((log) => [
    `${log.isDefault ? "*" : " "} ${oneLine(nameOf(log))}`,
    log.executions.toLocaleString("en"),
  ]);
  const widths = columnWidths(cells);
  return logs
    .map((log, at) => {
      const { executions, changed, indexBytes } = log;
      const [name, count] = padCells(cells[at]!, widths, (column) => column === 1);
      const noun = executions === 1 ? "execution, " : "executions,";
      const index = indexBytes > 0 ? `, index ${(indexBytes / 1024 / 1024).toFixed(1)} MB` : "";
      return `${name}  ${count} ${noun} last change ${localTime(changed)}${index}${noteOf(log)}\n`;
    })
    .join("");
}

/** `nightly`, `origin/main`; the whole ref of a log that stands elsewhere. */
function nameOf({ ref }: Pick<LogSummary, "ref">): string {
  if (isTracking(ref)) return ref.slice(TRACKING_REFS.length);
  return logName(ref);
}
