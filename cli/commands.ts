/** Every command of the command line, in the order of `--help`. Their code loads when they run. */
import { type Command, withCode } from "./command.ts";
import { COMPLETION } from "./declarations/completion.ts";
import { CONSOLE } from "./declarations/console.ts";
import { EXEC, STEP } from "./declarations/exec.ts";
import { ARCHIVE, PRUNE, REDACT } from "./declarations/forgetting.ts";
import { EXPORT, IMPORT } from "./declarations/interchange.ts";
import { DIFF, LOG, PATH, WHY } from "./declarations/log.ts";
import { MCP } from "./declarations/mcp.ts";
import { ONESHOT } from "./declarations/oneshot.ts";
import { RERUN } from "./declarations/rerun.ts";
import { RUN } from "./declarations/run.ts";
import { SCAN } from "./declarations/scan.ts";
import {
  FETCH,
  INCOMING,
  INIT,
  LOGS,
  MERGE,
  OUTGOING,
  PROPOSE,
  PULL,
  PUSH,
  REMOTE,
} from "./declarations/sharing.ts";
import { SQL } from "./declarations/sql.ts";
import { TABLE } from "./declarations/table.ts";
import {
  TAG_ADD,
  TAG_BLAME,
  TAG_CONFLICTS,
  TAG_HISTORY,
  TAG_LIST,
  TAG_RM,
  TAG_UPDATE,
} from "./declarations/tag.ts";
import { INDEX, RECOVER, VERIFY } from "./declarations/upkeep.ts";
import { REPORT, WEB } from "./declarations/web.ts";

export const COMMANDS: readonly Command[] = [
  withCode(RUN, () => import("./run/supervise.ts")),
  withCode(EXEC, () => import("./commands/exec.ts")),
  withCode(STEP, () => import("./commands/step.ts")),
  withCode(RERUN, () => import("./commands/rerun.ts")),
  withCode(ONESHOT, () => import("./commands/oneshot.ts")),
  withCode(LOG, () => import("./commands/log.ts")),
  withCode(DIFF, () => import("./commands/diff.ts")),
  withCode(TABLE, () => import("./commands/table.ts")),
  withCode(CONSOLE, () => import("./commands/console.ts")),
  withCode(SQL, () => import("./commands/sql.ts")),
  withCode(WEB, () => import("./commands/web.ts")),
  withCode(REPORT, () => import("./commands/report.ts")),
  withCode(WHY, () => import("./commands/why.ts")),
  withCode(PATH, () => import("./commands/path.ts")),
  withCode(TAG_LIST, () => import("./commands/tag-list.ts")),
  withCode(TAG_ADD, () => import("./commands/tag-add.ts")),
  withCode(TAG_UPDATE, () => import("./commands/tag-update.ts")),
  withCode(TAG_RM, () => import("./commands/tag-rm.ts")),
  withCode(TAG_HISTORY, () => import("./commands/tag-history.ts")),
  withCode(TAG_BLAME, () => import("./commands/tag-blame.ts")),
  withCode(TAG_CONFLICTS, () => import("./commands/tag-conflicts.ts")),
  withCode(PUSH, () => import("./commands/push.ts")),
  withCode(FETCH, () => import("./commands/fetch.ts")),
  withCode(PULL, () => import("./commands/pull.ts")),
  withCode(INCOMING, () => import("./commands/incoming.ts")),
  withCode(OUTGOING, () => import("./commands/outgoing.ts")),
  withCode(PROPOSE, () => import("./commands/propose.ts")),
  withCode(MERGE, () => import("./commands/merge.ts")),
  withCode(REMOTE, () => import("./commands/remote.ts")),
  withCode(INIT, () => import("./commands/init.ts")),
  withCode(LOGS, () => import("./commands/logs.ts")),
  withCode(INDEX, () => import("./commands/index.ts")),
  withCode(IMPORT, () => import("./commands/import.ts")),
  withCode(EXPORT, () => import("./commands/export.ts")),
  withCode(RECOVER, () => import("./commands/recover.ts")),
  withCode(SCAN, () => import("./commands/scan.ts")),
  withCode(VERIFY, () => import("./commands/verify.ts")),
  withCode(REDACT, () => import("./commands/redact.ts")),
  withCode(PRUNE, () => import("./commands/prune.ts")),
  withCode(ARCHIVE, () => import("./commands/archive.ts")),
  withCode(MCP, () => import("./commands/mcp.ts")),
  withCode(COMPLETION, () => import("./commands/completion.ts")),
];
