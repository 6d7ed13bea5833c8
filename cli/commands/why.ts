import { type CommandFunction, isJson } from "../command.ts";
import type { WHY } from "../declarations/log.ts";
import { whyJson } from "../json/why.ts";
import { whyPage } from "../pages/why.ts";
import { jsonText } from "../text/json.ts";
import { whyJobs } from "../why-jobs.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof WHY> = (workspace, [word], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const told: string[] = [];
    for await (const { row, found, changed } of whyJobs(log, word)) {
      told.push(
        json
          ? `${jsonText(whyJson(row, found, changed))}\n`
          : whyPage(row, found, changed, workspace.paint),
      );
    }
    return told.join("");
  });
};
