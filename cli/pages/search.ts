import type { EntityType } from "../../src/record/records.ts";
import type { EntityView } from "../../src/views/entity.ts";
import type { ExecutionOfCode } from "../../src/views/executions.ts";
import type { ListedEntity, SearchView } from "../../src/views/search.ts";
import { shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { listedLine } from "./listing.ts";

/** A line for each entity that a search found, piece by piece. */
export function searchPage(view: SearchView, paint: Paint): AsyncGenerator<string> {
  const { types } = view;
  const isOfExecutions = types.length === 1 && types[0] === "Execution";
  const title = isOfExecutions ? "Recent executions:\n\n" : "";
  return pageOf(view, title, "", function* (entity) {
    yield `${listedLine(entity, paint)}${codeNotes(entity, paint)}\n`;
  });
}

/** A line for each entity that has tags that were asked for, of all types. */
export async function* taggedPage(view: SearchView, paint: Paint): AsyncGenerator<string> {
  let isEmpty = true;
  let isCut = false;
  for await (const part of view.parts) {
    for await (const entity of part.items) {
      yield `${listedLine(entity, paint)}\n`;
      isEmpty = false;
    }
    isCut ||= part.isCut;
  }
  if (isEmpty) yield `Nothing in ${view.ref} has these tags.\n`;
  else if (isCut) yield "\nMore are not shown: --limit 0 shows all.\n";
}

/** The page of each entity that a search found. */
export async function* detailPage(
  view: SearchView<EntityView>,
  paint: Paint,
): AsyncGenerator<string> {
  const { entityPage } = await import("./entity.ts");
  yield* pageOf(view, "", "\n", (entity) => entityPage(entity, paint));
}

async function* pageOf<Item>(
  view: SearchView<Item>,
  title: string,
  separator: string,
  draw: (item: Item) => Iterable<string>,
): AsyncGenerator<string> {
  let before = title;
  let isEmpty = true;
  let isCut = false;
  for await (const part of view.parts) {
    for await (const item of part.items) {
      yield before;
      yield* draw(item);
      before = separator;
      isEmpty = false;
    }
    isCut ||= part.isCut;
  }
  if (isEmpty) yield nothing(view);
  if (isCut) yield "\nOlder ones are not shown: --limit 0 shows all.\n";
}

/** Says where an execution ran other code than the commits that it is counted among. */
export function codeNotes(entity: ListedEntity, paint: Paint): string {
  if (!isOfCode(entity)) return "";
  const { isDirty, isOtherCommit, commit } = entity;
  const notes = [
    ...(isDirty ? ["[dirty]"] : []),
    ...(isOtherCommit ? [`[as ${shortId(commit ?? "?")}, the same files]`] : []),
  ];
  return notes.map((note) => ` ${paint("red", note)}`).join("");
}

function isOfCode(entity: ListedEntity): entity is ExecutionOfCode {
  return "isDirty" in entity;
}

function nothing({ ref, isWhole, types, isOfFiles, query }: SearchView<unknown>): string {
  const names = isOfFiles ? "files" : types.map((type) => NAMES[type]).join(" or ");
  if (query !== null) return `No ${names} in ${ref} match ${oneLine(query)}.\n`;
  if (!types.includes("Execution")) return `No ${names} in ${ref} match.\n`;
  if (!isWhole) return `No ${names} in ${ref}, as far as its records are here.\n`;
  const hint =
    "`redun-git run <script> <task>` or `redun-git exec -- <program>` records the first one; " +
    "`redun-git pull` fetches what others have recorded.";
  return `No ${names} in ${ref} yet. ${hint}\n`;
}

const NAMES: Readonly<Record<EntityType, string>> = {
  Execution: "executions",
  Job: "jobs",
  CallNode: "call nodes",
  Task: "tasks",
  Value: "values",
};

/** `  100000 Execution`, a line for each type, as redun has it. */
export function countsPage(counts: readonly { type: EntityType; count: number }[]): string {
  return counts.map(({ type, count }) => `${String(count).padStart(8)} ${type}\n`).join("");
}
