import { RedunError } from "../errors.ts";
import type { EntityType } from "../record/records.ts";

/**
 * What a page is of. One address opens the same thing in the console, in the browser and as text:
 *
 *     (nothing), executions, ?env=prod       executions, those that match a query
 *     jobs?status=failed, tasks, values, ... the other types; `all` has every type
 *     executions/6dc981d7, jobs/.., ...      one entity, by the prefix of its id
 *     tasks/train.fit, files/out/report.txt  by its name or path
 *     6dc981d7, -, report.txt                whatever the word stands for
 *     history/6dc981d7                       how the tags of an entity changed
 *     tags, tags/env                         keys of tags, the values of one
 *     conflicts                              tags that contradict each other
 *     compare/6dc981d7,-, compare?env=prod   executions beside each other
 *     compare/6dc981d7                       one beside the one before it of the same task
 */
export type Address =
  | ListAddress
  | EntityAddress
  | { readonly kind: "history"; readonly id: string }
  /** All keys where `key` is null. */
  | { readonly kind: "tags"; readonly key: string | null }
  | { readonly kind: "conflicts" }
  | CompareAddress;

/** Entities of a type, or of every type; those that match a query as `--where` takes it, or all. */
export interface ListAddress {
  readonly kind: "list";
  readonly type: AddressedType | null;
  readonly query: string | null;
}

/** One entity; `type` is null where any will do. */
export interface EntityAddress {
  readonly kind: "entity";
  readonly type: AddressedType | null;
  /** The prefix of an id, a name, a path, or a word such as `-`. */
  readonly id: string;
}

/** Executions: these, or where there are none, those that match a query. One stands for itself and the one before it. */
export interface CompareAddress {
  readonly kind: "compare";
  readonly ids: readonly string[];
  readonly query: string | null;
}

/** A file is a value that has a path. */
export type AddressedType = EntityType | "File";

/** The first words of addresses by what they hold. */
const COLLECTIONS = {
  executions: "Execution",
  jobs: "Job",
  tasks: "Task",
  values: "Value",
  files: "File",
  calls: "CallNode",
} as const satisfies Record<string, AddressedType>;

const HINT =
  "An address is one of: executions/6dc981d7, jobs/.., tasks/.., values/.., files/.., calls/.., tags/env, history/.., compare/a,b, ?env=prod, or just an id.";

/**
 * Reads an address. A path or name whose first word is none of an address's stands for itself.
 * @throws RedunError USAGE where there is nothing after `history/` or `compare/`
 */
export function parseAddress(text: string): Address {
  const query = /^(executions|jobs|tasks|values|files|calls|all|compare|)\?(.*)$/s.exec(text);
  if (query) return queried(query[1]!, query[2]!.trim() || null);
  const [, first = "", rest = ""] = /^([a-z]+)(?:\/(.*))?$/s.exec(text) ?? [];
  const isWord = !text.includes("/");
  const type = typeOf(first);
  if (text === "" || (type && rest === "")) return list(type ?? "Execution", null);
  if (type) return { kind: "entity", type, id: rest };
  if (first === "all" && rest === "") return list(null, null);
  if (first === "tags") return { kind: "tags", key: rest || null };
  if (first === "conflicts" && rest === "") return { kind: "conflicts" };
  // A task may have this name.
  if (isWord) return { kind: "entity", type: null, id: text };
  if (first === "history") {
    if (rest === "") throw new RedunError("USAGE", "history/ needs an id after it.", HINT);
    return { kind: "history", id: rest };
  }
  if (first === "compare") {
    const ids = rest.split(",").filter((id) => id !== "");
    if (ids.length > 0) return { kind: "compare", ids, query: null };
    throw new RedunError("USAGE", "compare/ needs the ids of executions after it.", HINT);
  }
  return { kind: "entity", type: null, id: text };
}

function queried(first: string, query: string | null): Address {
  if (first === "compare") return { kind: "compare", ids: [], query };
  return list(first === "all" ? null : (typeOf(first) ?? "Execution"), query);
}

function list(type: AddressedType | null, query: string | null): ListAddress {
  return { kind: "list", type, query };
}

function typeOf(first: string): AddressedType | undefined {
  return Object.hasOwn(COLLECTIONS, first)
    ? COLLECTIONS[first as keyof typeof COLLECTIONS]
    : undefined;
}

/** The text that `parseAddress` reads as this address. */
export function printAddress(address: Address): string {
  switch (address.kind) {
    case "list":
      return `${address.type ? nameOf(address.type) : "all"}${asked(address.query)}`;
    case "entity":
      return address.type ? `${nameOf(address.type)}/${address.id}` : address.id;
    case "tags":
      return address.key === null ? "tags" : `tags/${address.key}`;
    case "history":
      return `history/${address.id}`;
    case "conflicts":
      return "conflicts";
    case "compare":
      return address.ids.length > 0
        ? `compare/${address.ids.join(",")}`
        : `compare${asked(address.query) || "?"}`;
  }
}

function asked(query: string | null): string {
  return query === null ? "" : `?${query}`;
}

/** `executions`, of executions. */
export function nameOf(type: AddressedType): string {
  return Object.entries(COLLECTIONS).find(([, other]) => other === type)![0];
}

/** The address of an entity, with as much of its id as people copy; a short foreign id is whole. */
export function addressOf({
  type,
  id,
}: {
  readonly type: AddressedType;
  readonly id: string;
}): EntityAddress {
  return { kind: "entity", type, id: id.slice(0, 8) };
}
