import { tagEditCommand } from "../tag-edit.ts";

export const command = tagEditCommand({
  kind: "rm",
  verb: "delete",
  usage: "tag rm <id>... -- key... (or key=value...)",
});
