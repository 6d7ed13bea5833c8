import type { CommandFunction } from "../command.ts";
import type { INCOMING } from "../declarations/sharing.ts";
import { showChanges } from "../show-changes.ts";

export const command: CommandFunction<typeof INCOMING> = (workspace, [named], options) =>
  showChanges(workspace, "incoming", named, options);
