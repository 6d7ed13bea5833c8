import type { CommandFunction } from "../command.ts";
import type { OUTGOING } from "../declarations/sharing.ts";
import { showChanges } from "../show-changes.ts";

export const command: CommandFunction<typeof OUTGOING> = (workspace, [named], options) =>
  showChanges(workspace, "outgoing", named, options);
