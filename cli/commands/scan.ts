import { RedunError } from "../../src/errors.ts";
import { type CommitRange, rangeOf } from "../../src/log/range.ts";
import { scanSettings, secretsIn } from "../../src/scan/scan.ts";
import { chooseRemote, lastSeen, remoteLogFor } from "../../src/share/remotes.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { SCAN } from "../declarations/scan.ts";
import { jsonText } from "../text/json.ts";
import { counted } from "../text/lines.ts";
import { oneLine } from "../text/terminal.ts";
import type { Workspace } from "../workspace.ts";

/** Ends with 1 where something looks like a secret. */
export const command: CommandFunction<typeof SCAN> = async (workspace, [given], options) => {
  const json = isJson(options);
  const { log, config, io, paint } = workspace;
  await log.assertLog();
  const range = options.push ? await toPush(workspace, given) : await rangeOf(log, given);
  let found = 0;
  if (range !== null) {
    for await (const secret of secretsIn(
      log,
      range.from,
      range.tip,
      scanSettings(config, io.env),
    )) {
      found++;
      const { path, line, rule, shown } = secret;
      await workspace.write(
        json
          ? `${jsonText(secret)}\n`
          : `${oneLine(path)}:${line}: ${paint("red", WHY[rule])}\n    ${oneLine(shown)}\n`,
      );
    }
  }
  if (!json) await workspace.write(found === 0 ? "Nothing looks like a secret.\n" : summary(found));
  return found === 0 ? 0 : 1;
};

const WHY = {
  address: "an address with a password or token",
  token: "a token of a known form",
  name: "a value whose name is that of a secret",
  word: "a word after an option whose name is that of a secret",
  variable: "the value of a variable of redun.secretEnv",
};

function summary(found: number): string {
  return `${counted(found, "line")} may hold a secret. Change what was pushed already: it cannot be called back. docs/forgetting.md says how to take it out.\n`;
}

async function toPush(
  { log, config }: Workspace,
  range: string | undefined,
): Promise<CommitRange | null> {
  if (range !== undefined) {
    throw new RedunError(
      "USAGE",
      "scan takes a range or --push, not both.",
      "Leave one of them out.",
    );
  }
  const tip = await log.tip();
  const remote = remoteLogFor(chooseRemote(log, config, undefined, "push"), log.ref, config);
  return tip === null ? null : { from: await lastSeen(log, remote), tip };
}
