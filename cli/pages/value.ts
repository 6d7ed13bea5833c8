import { FileSet } from "../../src/value/file-set.ts";
import { preview } from "../../src/value/preview.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import type { FileView } from "../../src/views/file.ts";
import type { LoggedJob } from "../../src/views/logged.ts";
import { LISTED, type ValueView } from "../../src/views/value.ts";
import { localTime, shortId, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { dataflowBlock } from "./dataflow.ts";
import { docBlock, indented } from "./doc.ts";
import { jobLine, jobLines } from "./job.ts";
import { HASH_ONLY } from "./values.ts";

/** A page shows as much of a value, in characters of its YAML. */
const MAX_TEXT = 10_000;

/** Everything about one value or file. */
export function valuePage(view: ValueView, paint: Paint): string {
  const { id, file, maker, givenBy, takenBy, dataflow, tags } = view;
  const lines = head(view, paint);
  if (file) lines.push(...onDisk(file), ...otherContents(id, file));
  lines.push(...docBlock(tags));
  if (maker) {
    lines.push("", `Produced by Job ${shortId(maker.job.id)}`, "");
    lines.push(...indented(jobLines(maker, paint).join("\n"), "  "));
  }
  const list = (title: string, jobs: readonly LoggedJob[]) => {
    if (jobs.length === 0) return;
    lines.push("", title, ...jobs.slice(0, LISTED).map((job) => `  ${jobLine(job, paint)}`));
    if (jobs.length > LISTED) lines.push("  ...");
  };
  list(
    "Also given by:",
    givenBy.filter((job) => job.id !== maker?.job.id),
  );
  list("Consumed by:", takenBy);
  lines.push("", ...dataflowBlock(dataflow));
  return `${lines.join("\n")}\n`;
}

function head(view: ValueView, paint: Paint): string[] {
  const { id, valueType, value, file, tags, conflicts } = view;
  const line = (title: string, name: string) => {
    const bold = paint("bold", `${title} ${oneLine(id)}`);
    return `${bold} ${name} ${tagText(tags, paint, conflicts)}`.trimEnd();
  };
  if (file) {
    return [line(kindOf(file), oneLine(file.path)), `  ${contentOf(file)}`];
  }
  if (valueType === null) return [line("Value", ""), `  ${HASH_ONLY}`];
  if (value instanceof FileSet) return [line("Value", oneLine(String(value))), ...members(value)];
  const short = preview(value, 101);
  const first = line("Value", valueType);
  return short.length <= 100 ? [first, oneLine(short)] : [first, ...wholeText(value)];
}

function contentOf({ hash, size, mtime }: Pick<FileView, "hash" | "size" | "mtime">): string {
  if (size === null) return "no file was there";
  const bytes = `${size} ${size === 1 ? "byte" : "bytes"}`;
  return hash === null
    ? `${bytes}, last changed ${mtime}, not read`
    : `${bytes}, git object ${hash}`;
}

/** A page lists as many files of a set. */
const MEMBERS = 50;

function members({ recordedFiles: files }: FileSet): string[] {
  const lines = files.slice(0, MEMBERS).map((file) => {
    const { path, hash, size } = file;
    const mtime = file.mtime?.toISOString() ?? null;
    return `  ${oneLine(path)}  ${contentOf({ hash: hash?.slice(0, 8) ?? null, size, mtime })}`;
  });
  return files.length > MEMBERS ? [...lines, `  ... (${files.length - MEMBERS} more)`] : lines;
}

/** What something at a path is called. */
function kindOf({ isFolder }: { readonly isFolder?: boolean | undefined }): "File" | "Folder" {
  return isFolder ? "Folder" : "File";
}

function wholeText(value: unknown): string[] {
  const text = writeYaml(value).trimEnd();
  if (text.length <= MAX_TEXT) return indented(text, "  ");
  const more = `... (${text.length - MAX_TEXT} more characters: \`--format json\` prints all)`;
  return [...indented(text.slice(0, MAX_TEXT).toWellFormed(), "  "), `  ${more}`];
}

/** Says where the file on disk is not the one that the log speaks of. */
function onDisk({ size, now }: FileView): string[] {
  if (!now || now.isSame) return [];
  if (!now.isThere) return size === null ? [] : ["  Nothing is at this path now."];
  if (now.hash === null) return ["  What is at this path now is not what it was."];
  const { version } = now;
  const content = version ? `that of ${kindOf(now)} ${shortId(version)}` : `git object ${now.hash}`;
  return [`  What is at this path now is another content: ${content}`];
}

/** What else the file's path held, the newest first. */
function otherContents(id: string, { versions }: FileView): string[] {
  const others = versions.filter((version) => version.id !== id);
  if (others.length === 0) return [];
  const lines = others.slice(0, LISTED).map(({ id, lastJob: job, isFolder }) => {
    const time = job ? `, last in Job ${shortId(job.id)} ${localTime(job.started)}` : "";
    return `    ${kindOf({ isFolder })} ${shortId(id)}${time}`;
  });
  const more = others.length > LISTED ? [`    ... (${others.length - LISTED} more)`] : [];
  return ["  Other contents of this path:", ...lines, ...more];
}
