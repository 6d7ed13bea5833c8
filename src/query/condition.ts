import { EXECUTION_STATUSES, JOB_STATUSES } from "../record/records.ts";
import type { Float, TagValue } from "../value/value.ts";

/** What an entity must be like to be found. */
export type Condition =
  | { readonly is: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly is: "not"; readonly part: Condition }
  | TagCondition
  | FieldCondition
  | CodeCondition;

/** The entity has a tag whose key and value pass. */
export interface TagCondition {
  readonly is: "tag";
  readonly key: string;
  /** The key is a pattern, which stands for every key that it matches. */
  readonly keyIsGlob: boolean;
  /** null: any value will do. */
  readonly test: ValueTest | null;
}

export type ValueTest =
  /** The same JSON: 1 is not 1.0, as in redun. */
  | { readonly op: "="; readonly value: TagValue }
  /** A text by itself, any other value by its JSON. */
  | { readonly op: "~"; readonly glob: string }
  | { readonly op: Order; readonly number: number | bigint | Float }
  /** Texts that are a date or time, compared with the one that this text says. */
  | { readonly op: Order; readonly time: string };

/** The entity has such a field, and it passes. */
export interface FieldCondition {
  readonly is: "field";
  readonly field: Field;
  readonly op: "=" | "~" | Order;
  /** Checked when it was read: a time, a duration, a status, or any text. */
  readonly operand: string;
}

/** The execution ran one of these commits, or another one that holds the same files. */
export interface CodeCondition {
  readonly is: "code";
  /** The revision or range that was asked for. */
  readonly revision: string;
  readonly commits: ReadonlySet<string>;
  readonly trees: ReadonlySet<string>;
}

export type Order = "<" | "<=" | ">" | ">=";

/** Fields by what their operands are. */
export const FIELDS = {
  status: "status",
  started: "time",
  ended: "time",
  duration: "duration",
  task: "text",
  user: "text",
  exec: "text",
  arg: "text",
} as const;

export type Field = keyof typeof FIELDS;

/** Every status that an execution or a job can have. */
export const STATUSES: readonly string[] = [
  ...new Set<string>([...JOB_STATUSES, ...EXECUTION_STATUSES]),
];

export function isField(name: string): name is Field {
  return Object.hasOwn(FIELDS, name);
}

/** All of them; `allOf()` is the condition that everything meets. */
export function allOf(...parts: readonly Condition[]): Condition {
  return joined("and", parts);
}

/** At least one of them; `anyOf()` is the condition that nothing meets. */
export function anyOf(...parts: readonly Condition[]): Condition {
  return joined("or", parts);
}

export function not(part: Condition): Condition {
  return part.is === "not" ? part.part : { is: "not", part };
}

export function isEverything(condition: Condition): boolean {
  return condition.is === "and" && condition.parts.length === 0;
}

/** Whether a condition asks for a field. */
export function asksFor(condition: Condition, field: Field): boolean {
  if (condition.is === "and" || condition.is === "or") {
    return condition.parts.some((part) => asksFor(part, field));
  }
  if (condition.is === "not") return asksFor(condition.part, field);
  return condition.is === "field" && condition.field === field;
}

/** Whether a condition asks for anything else than tags. */
export function hasField(condition: Condition): boolean {
  if (condition.is === "and" || condition.is === "or") return condition.parts.some(hasField);
  return condition.is === "not" ? hasField(condition.part) : condition.is !== "tag";
}

/** Equal conditions are equal trees: one within another of its kind is a part of that one. */
function joined(is: "and" | "or", parts: readonly Condition[]): Condition {
  const flat: Condition[] = [];
  for (const part of parts) {
    if (part.is === is) for (const one of part.parts) flat.push(one);
    else flat.push(part);
  }
  return flat.length === 1 ? flat[0]! : { is, parts: flat };
}
