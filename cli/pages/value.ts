import { isAbsolute, resolve } from "node:path";
import type { JobRow } from "../../src/index/rows.ts";
import type { Found } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { makerOf } from "../../src/provenance/maker.ts";
import { readValue } from "../../src/provenance/read.ts";
import { fileVersions, type Version } from "../../src/provenance/versions.ts";
import { File } from "../../src/value/file.ts";
import { type FileState, fileState } from "../../src/value/file-state.ts";
import { contentId } from "../../src/value/oid.ts";
import { preview } from "../../src/value/preview.ts";
import { typeName } from "../../src/value/type-name.ts";
import { StoredValue } from "../../src/value/value.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { localTime, shortId, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { dataflowBlock, dataflowJson } from "./dataflow.ts";
import { docBlock, indented } from "./doc.ts";
import { jobLine, jobSection } from "./job.ts";
import { tagsJson } from "./tags.ts";
import { HASH_ONLY } from "./values.ts";

/** Jobs and versions that a page lists, and that programs get. */
const LISTED = 10;
const ALL = 1000;
/** A page shows as much of a value, in characters of its YAML. */
const MAX_TEXT = 10_000;

/** Everything about one value or file. */
export async function valuePage(log: IndexedLog, found: Found, paint: Paint): Promise<string> {
  const read = await readValue(log, found.id);
  const value = read ? read.value : new StoredValue(found.id);
  const lines = head(found, value, paint);
  if (value instanceof File) {
    const versions = fileVersions(log.index, value.path);
    lines.push(...onDisk(log, value, versions), ...otherContents(found.id, versions));
  }
  lines.push(...docBlock(found.tags));
  const maker = makerOf(log, found.id);
  if (maker) {
    lines.push("", `Produced by Job ${shortId(maker.id)}`, "");
    lines.push(...indented((await jobSection(log, maker, paint)).join("\n"), "  "));
  }
  const list = (title: string, jobs: readonly JobRow[]) => {
    if (jobs.length === 0) return;
    lines.push("", title, ...jobs.slice(0, LISTED).map((job) => `  ${jobLine(job, paint)}`));
    if (jobs.length > LISTED) lines.push("  ...");
  };
  const producers = log.index.jobsNaming(found.id, "jobWithResult", LISTED + 2);
  list(
    "Also given by:",
    producers.filter(({ seq }) => seq !== maker?.seq),
  );
  list("Consumed by:", log.index.jobsNaming(found.id, "jobWithArgument", LISTED + 1));
  lines.push("", ...(await dataflowBlock(log, "value", { id: found.id, value }, maker)));
  return `${lines.join("\n")}\n`;
}

function head({ id, tags, conflicts }: Found, value: unknown, paint: Paint): string[] {
  const line = (title: string, name: string) => {
    const bold = paint("bold", `${title} ${oneLine(id)}`);
    return `${bold} ${name} ${tagText(tags, paint, conflicts)}`.trimEnd();
  };
  if (value instanceof File) {
    const { hash, size } = value;
    const content = hash === null ? "no file was there" : `${size} bytes, git object ${hash}`;
    const title = value.isFolder ? "Folder" : "File";
    return [line(title, oneLine(value.path)), `  ${content}`];
  }
  if (value instanceof StoredValue) {
    return [line("Value", ""), `  ${HASH_ONLY}`];
  }
  const short = preview(value, 101);
  const first = line("Value", typeName(value));
  return short.length <= 100 ? [first, oneLine(short)] : [first, ...wholeText(value)];
}

function wholeText(value: unknown): string[] {
  const text = writeYaml(value).trimEnd();
  if (text.length <= MAX_TEXT) return indented(text, "  ");
  const more = `... (${text.length - MAX_TEXT} more characters: \`--format json\` prints all)`;
  return [...indented(text.slice(0, MAX_TEXT).toWellFormed(), "  "), `  ${more}`];
}

/** What is at a file's path now; null where its folder is unknown, because there is no work tree. */
function stateNow({ log }: IndexedLog, file: File): { hash: string | null } | null {
  const { workTree, objectFormat } = log.backend.repository;
  if (workTree === null && !isAbsolute(file.path)) return null;
  const path = resolve(workTree ?? "/", file.path);
  return fileState(path, objectFormat) ?? { hash: null };
}

/** Says where the file on disk is not the one that the log speaks of. */
function onDisk(log: IndexedLog, file: File, versions: readonly Version[]): string[] {
  const now = stateNow(log, file);
  if (!now || now.hash === file.hash) return [];
  if (now.hash === null) return ["  Nothing is at this path now."];
  const { objectFormat } = log.log.backend.repository;
  const recorded = [true, false].map((isFolder) =>
    contentId(new File(file.path, { ...(now as FileState), isFolder }), objectFormat),
  );
  const known = versions.find(({ row }) => recorded.includes(row.id));
  const content = known ? `that of File ${shortId(known.row.id)}` : `git object ${now.hash}`;
  return [`  What is at this path now is another content: ${content}`];
}

/** What else the file's path held, the newest first. */
function otherContents(id: string, versions: readonly Version[]): string[] {
  const others = versions.filter(({ row }) => row.id !== id);
  if (others.length === 0) return [];
  const lines = others.slice(0, LISTED).map(({ row, newest }) => {
    const time = newest ? `, last in Job ${shortId(newest.id)} ${localTime(newest.started)}` : "";
    return `    File ${shortId(row.id)}${time}`;
  });
  const more = others.length > LISTED ? [`    ... (${others.length - LISTED} more)`] : [];
  return ["  Other contents of this path:", ...lines, ...more];
}

/** Everything about one value or file as programs get it. */
export async function valuePageJson(log: IndexedLog, found: Found): Promise<object> {
  const { id } = found;
  const read = await readValue(log, id);
  const ids = (jobs: readonly JobRow[]) => jobs.map((job) => job.id);
  return {
    _type: "Value",
    id,
    ...(read && { type: typeName(read.value), value: read.value }),
    ...(read?.value instanceof File && {
      versions: fileVersions(log.index, read.value.path).map(({ row }) => row.id),
      hash_now: stateNow(log, read.value)?.hash ?? null,
    }),
    produced_by: ids(log.index.jobsNaming(id, "jobWithResult", ALL)),
    consumed_by: ids(log.index.jobsNaming(id, "jobWithArgument", ALL)),
    dataflow: await dataflowJson(log, "value", makerOf(log, id)),
    tags: tagsJson(found.tags, found.conflicts),
  };
}
