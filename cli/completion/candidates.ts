import { RedunError } from "../../src/errors.ts";
import { logName } from "../../src/log/ref.ts";
import { findEntity } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import { allOf } from "../../src/query/condition.ts";
import {
  ENTITY_TYPES,
  type EntityType,
  EXECUTION_STATUSES,
  SHOWN_JOB_STATUSES,
} from "../../src/record/records.ts";
import { logsHere } from "../../src/share/logs.ts";
import { formatKey, formatTagValue } from "../../src/tag/text.ts";
import { type ListAddress, parseAddress } from "../../src/views/address.ts";
import { longName, ownOption, readCommand, takesValue } from "../argv.ts";
import type { CommandSpec, OptionSpec } from "../command.ts";

/** The log as its index stands: nobody waits for it to be brought up to date. */
export type OpenLog = () => IndexedLog;

/** Executions that are offered where nothing of an id is written yet. */
const LATEST = 20;
/** Values that are offered for a key. */
const MOST_VALUES = 200;
/** Names of tasks that are offered. */
const MOST_TASKS = 200;
/** Words that mean themselves in every shell. Others are not offered. */
const PLAIN = /^[\w.,:@%+/=-]+$/;

/** The words that may stand where `word` is being written, after other words of a command line. */
export async function candidates(
  before: readonly string[],
  word: string,
  commands: readonly CommandSpec[],
  open: OpenLog,
): Promise<string[]> {
  const all = await offered(before, word, commands, open);
  return [...new Set(all)].filter((text) => text.startsWith(word) && PLAIN.test(text));
}

async function offered(
  before: readonly string[],
  word: string,
  commands: readonly CommandSpec[],
  open: OpenLog,
): Promise<string[]> {
  const { spec, named, rest } = readCommand(before, commands);
  if (!spec) return word.startsWith("-") ? ["--help", "--version"] : nextWords(named, commands);
  const previous = ownOption(spec, before.at(-1) ?? "");
  if (previous && takesValue(previous.option) && previous.inline === undefined) {
    return valuesOf(previous.option, word, open);
  }
  const inline = /^(--[\w-]+=)(.*)$/s.exec(word);
  const option = inline && ownOption(spec, word)?.option;
  if (option) {
    const values = await valuesOf(option, inline[2]!, open);
    return values.map((value) => inline[1] + value);
  }
  const count = positionals(spec, rest);
  // What follows a script or a program is not ours.
  if (spec.rawAfter !== undefined && count >= spec.rawAfter) return [];
  if (word.startsWith("-")) return optionNames(spec);
  const arg = argumentAt(spec, count);
  const isTag = /tag/.test(arg) || (spec.name.startsWith("tag ") && /key/.test(arg));
  return [
    ...(isTag ? tagsLike(word, open()) : []),
    ...(/execution/.test(arg) ? await idsLike(word, open(), ["Execution"]) : []),
    ...(/\bids?\b|job/.test(arg) ? await idsLike(word, open()) : []),
    ...(/address/.test(arg) ? await addressesLike(word, open()) : []),
    ...(/\bids?\b|job|address/.test(arg) ? tasksLike(word, open()) : []),
    ...(/remote/.test(arg) ? open().config.subsections("remote") : []),
  ];
}

/** What may follow the words of a command's name that are there. */
function nextWords(named: readonly string[], commands: readonly CommandSpec[]): string[] {
  const names = commands.map(({ name }) => name.split(" "));
  return names
    .filter((words) => named.every((word, at) => words[at] === word))
    .flatMap((words) => words[named.length] ?? []);
}

function optionNames({ options }: CommandSpec): string[] {
  return [
    ...options.filter(({ hidden }) => !hidden).map((option) => `--${longName(option)}`),
    "--help",
  ];
}

async function valuesOf({ flags, about }: OptionSpec, word: string, open: OpenLog) {
  const name = longName({ flags, about });
  if (/tag$/.test(name)) return tagsLike(word, open());
  if (/^(?:exec-id|task-hash|result|arg|rerun)$/.test(name)) return idsLike(word, open());
  if (name === "format")
    return ["text", "md", "csv", "json"].filter((text) => about.includes(text));
  if (name === "log") return (await logsHere(open().log.backend)).map(logName);
  if (name === "ref") return logsHere(open().log.backend);
  if (name === "exec-status") return [...EXECUTION_STATUSES];
  return name === "job-status" ? [...SHOWN_JOB_STATUSES] : [];
}

/** How many arguments are there. */
function positionals(spec: CommandSpec, rest: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rest.length; at++) {
    const own = ownOption(spec, rest[at]!);
    if (!own) count++;
    else if (takesValue(own.option) && own.inline === undefined) at++;
  }
  return count;
}

/** The declaration of an argument by its place: `[...id-or-tags]`, which goes on. */
function argumentAt({ args }: CommandSpec, at: number): string {
  const all = args.split(" ");
  const last = all.at(-1)!;
  return all[at] ?? (last.startsWith("[...") ? last : "");
}

/** Keys, with a `=`; after that the values of a key. */
function tagsLike(word: string, { index }: IndexedLog): string[] {
  const [, key] = /^([^=]+)=/.exec(word) ?? [];
  if (key === undefined) return index.tags.keyCounts().map((count) => `${formatKey(count.key)}=`);
  return index.tags
    .counts((tag) => formatKey(tag[0]) === key)
    .slice(0, MOST_VALUES)
    .map(({ tag }) => `${key}=${formatTagValue(tag[1])}`);
}

async function idsLike(
  word: string,
  log: IndexedLog,
  types: readonly EntityType[] = ENTITY_TYPES,
): Promise<string[]> {
  if (word === "") {
    const every = { where: allOf(), execution: allOf() };
    return executionsMeeting(log, every, LATEST).map(({ id }) => id);
  }
  const found = await entitiesLike(word, log);
  return found.filter(({ type }) => types.includes(type)).map(({ id }) => id);
}

/** The names of tasks, once one has been begun. */
function tasksLike(word: string, { index }: IndexedLog): string[] {
  return word === "" ? [] : index.taskNames(word, MOST_TASKS);
}

/** Ids, and after `jobs/` those of jobs. */
async function addressesLike(word: string, log: IndexedLog): Promise<string[]> {
  const [, name, id = ""] = /^(executions|jobs|tasks|values|calls)\/(.*)$/.exec(word) ?? [];
  if (name === undefined) return idsLike(word, log);
  const type = parseAddress(name) as ListAddress;
  const found = await idsLike(
    id,
    log,
    ENTITY_TYPES.filter((one) => one === type.type),
  );
  return found.map((one) => `${name}/${one}`);
}

/** The first ten, where there are many. */
async function entitiesLike(word: string, log: IndexedLog) {
  try {
    return [await findEntity(log, word)];
  } catch (error) {
    return error instanceof RedunError && error.is("AMBIGUOUS_ID") ? error.data.candidates : [];
  }
}
