import type { FolderView } from "../../src/views/folder.ts";
import { LISTED } from "../../src/views/value.ts";
import { shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { jobLine } from "./job.ts";

/** What jobs gave and took below a folder. */
export function folderPage(view: FolderView, paint: Paint): string {
  const { path, files, makers, takenBy } = view;
  const count = `${files.length} ${files.length === 1 ? "content" : "contents"} of files below it in the log`;
  const lines = [paint("bold", `Folder ${oneLine(path)}`), `  ${count}`];
  const list = (title: string, items: readonly string[]) => {
    if (items.length === 0) return;
    lines.push("", title, ...items.slice(0, LISTED).map((item) => `  ${item}`));
    if (items.length > LISTED) lines.push("  ...");
  };
  const job = (one: FolderView["makers"][number]) => jobLine(one, paint);
  list("Produced by:", makers.map(job));
  list("Consumed by:", takenBy.map(job));
  list(
    "Files, those recorded last first:",
    files.map((file) => `File ${shortId(file.id)} ${oneLine(file.path)}`),
  );
  return `${lines.join("\n")}\n`;
}
