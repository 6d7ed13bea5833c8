import { tagEditCommand } from "../tag-edit.ts";

export const command = tagEditCommand({
  kind: "add",
  verb: "add",
  usage: "tag add <id>... key=value...",
});
