import { RedunError } from "../../src/errors.ts";
import type { Execution } from "../../src/record/records.ts";
import { changesBetween, type EntityChange, type LogChanges } from "../../src/share/changes.ts";
import { fetchLog } from "../../src/share/fetch.ts";
import { chooseRemote, lastSeen, type RemoteLog, remoteLog } from "../../src/share/remotes.ts";
import { formatTag } from "../../src/tag/text.ts";
import { isJson, type Options } from "../command.ts";
import { jsonText } from "../text/json.ts";
import { commandLine, localTime, shortId, tagLimit, tagText } from "../text/lines.ts";
import { reportRewritten } from "../text/rewritten.ts";
import { oneLine, type Paint, painter, visible } from "../text/terminal.ts";
import { pageOfLog } from "../with-log.ts";
import { talkOfTerminal } from "../with-remote.ts";
import { tagsJson } from "./tags.ts";

/** What `incoming` and `outgoing` show: runs, and a diff of tags by entity. */
export function showChanges(
  direction: "incoming" | "outgoing",
  named: string | undefined,
  options: Options,
): Promise<void> {
  const json = isJson(options);
  return pageOfLog(options, async (indexed) => {
    const { log, config } = indexed;
    const remote = chooseRemote(log, config, named, direction === "incoming" ? "fetch" : "push");
    const there = remoteLog(remote, log.ref);
    if (options.fetch) reportRewritten(await fetchLog(log, there, talkOfTerminal()), there);
    const [ours, theirs] = await Promise.all([log.tip(), lastSeen(log, there)]);
    if (theirs === null && !options.fetch && !config.subsections("remote").includes(remote)) {
      throw new RedunError(
        "UNKNOWN_REMOTE",
        `There is no remote "${there.name}", and nothing was fetched from such a place.`,
        "`redun-git remote` lists the remotes; --fetch asks a URL or a path.",
      );
    }
    const [from, to] = direction === "incoming" ? [ours, theirs] : [theirs, ours];
    const changes = await changesBetween(indexed, from, to);
    if (json) return changesJson(changes);
    if (direction === "incoming" && theirs === null) {
      return `Nothing was fetched from ${visible(there.name)} yet: --fetch asks it first.\n`;
    }
    return changesText(changes, direction, there, painter(process.stdout));
  });
}

function changesText(
  { executions, tags }: LogChanges,
  direction: "incoming" | "outgoing",
  there: RemoteLog,
  paint: Paint,
): string {
  const name = visible(there.name);
  if (executions.length + tags.length === 0) {
    return direction === "incoming"
      ? `Nothing incoming: you have all that ${name} had at the last fetch.\n`
      : `Nothing outgoing: ${name} had all of yours at the last fetch.\n`;
  }
  const head = direction === "incoming" ? `Incoming from ${name}` : `Outgoing to ${name}`;
  const runs = executions.map((execution) => `${executionLine(execution, paint)}\n`);
  const edits = tags.map((change) => `${entityLines(change, paint).join("\n")}\n`);
  return [
    `${head} (${visible(there.ref)}):\n`,
    ...(runs.length > 0 ? [`\n${runs.join("")}`] : []),
    ...(edits.length > 0 ? [`\n${edits.join("\n")}`] : []),
  ].join("");
}

function executionLine({ id, started, argv, tags }: Execution, paint: Paint): string {
  const head = `${paint("bold", `Exec ${shortId(id)}`)} ${localTime(Date.parse(started))}:`;
  return `${head}  ${commandLine(argv)} ${tagText(tags, paint)}`.trimEnd();
}

/** The entity and who edited it, then its tags as a diff. */
function entityLines({ type, id, changes, authors }: EntityChange, paint: Paint): string[] {
  const by = authors.map((author) => author.replace(/ <.*>$/, "")).join(", ");
  const head = `${paint("bold", `${type} ${shortId(id)}`)}${by ? `  by ${oneLine(by)}` : ""}`;
  const lines = changes.flatMap(({ key, removed, added }) => [
    ...removed.map((value) => paint("red", `- ${oneLine(formatTag(key, value, tagLimit()))}`)),
    ...added.map((value) => paint("green", `+ ${oneLine(formatTag(key, value, tagLimit()))}`)),
  ]);
  return [
    head,
    ...(lines.length > 0 ? lines : ["(its tags stay as they are)"]).map((l) => `  ${l}`),
  ];
}

/** One object a line: executions, then entities whose tags were edited. */
function changesJson({ executions, tags }: LogChanges): string {
  const objects = [
    ...executions.map(({ id, started, task, argv, user, tags }) => {
      const facts = { id, start_time: started, task, user, args: argv };
      return { _type: "Execution", ...facts, tags: tagsJson(tags) };
    }),
    ...tags.map(({ type, id, changes, authors }) => ({
      _type: "TagEdit",
      entity: id,
      type,
      authors,
      removed: changes.flatMap(({ key, removed }) => removed.map((value) => ({ key, value }))),
      added: changes.flatMap(({ key, added }) => added.map((value) => ({ key, value }))),
    })),
  ];
  return objects.map((object) => `${jsonText(object)}\n`).join("");
}
