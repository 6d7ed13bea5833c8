import type { CommandFunction } from "../command.ts";
import { showChanges } from "../pages/changes.ts";

export const command: CommandFunction = ([named], options) =>
  showChanges("outgoing", named, options);
