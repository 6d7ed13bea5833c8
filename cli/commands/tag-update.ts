import { tagEditCommand } from "../tag-edit.ts";

export const command = tagEditCommand({
  kind: "update",
  verb: "update",
  usage: "tag update <id>... key=value...",
});
