import type { JobRow } from "../../src/index/rows.ts";
import type { Found } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { makerOf } from "../../src/provenance/maker.ts";
import { readValue } from "../../src/provenance/read.ts";
import { fileVersions } from "../../src/provenance/versions.ts";
import { File } from "../../src/value/file.ts";
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
  if (value instanceof File) lines.push(...otherContents(log, found.id, value));
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
    return [line("File", oneLine(value.path)), `  ${content}`];
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

/** What else the file's path held, the newest first. */
function otherContents(log: IndexedLog, id: string, { path }: File): string[] {
  const others = fileVersions(log.index, path).filter(({ row }) => row.id !== id);
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
    }),
    produced_by: ids(log.index.jobsNaming(id, "jobWithResult", ALL)),
    consumed_by: ids(log.index.jobsNaming(id, "jobWithArgument", ALL)),
    dataflow: await dataflowJson(log, "value", makerOf(log, id)),
    tags: tagsJson(found.tags, found.conflicts),
  };
}
