import { inspect } from "node:util";
import type { TagPair } from "../tag/tag.ts";
import type { CallSettings } from "./call-settings.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** What a lazy value stands for. */
export type Expression = CallExpression | PropertyExpression | TagsExpression | ControlExpression;

/** An expression is the target of its proxy: a lazy value costs no more than these few fields. */
abstract class Base {
  /** For a run to keep what it knows of this expression. */
  computation: unknown = null;

  /** What `console.log` shows: Node finds this on the target, and calls it on the proxy. */
  [inspect.custom](): string {
    const expression = expressionOf(this);
    return expression ? `Lazy(${describe(expression)})` : "Lazy";
  }
}

/** A task's call. */
export class CallExpression extends Base {
  readonly kind = "call";
  readonly task: TaskDefinition;
  readonly args: readonly unknown[];
  readonly settings: CallSettings;

  constructor(task: TaskDefinition, args: readonly unknown[], settings: CallSettings) {
    super();
    this.task = task;
    this.args = args;
    this.settings = settings;
  }
}

/** A property of what another expression gives. */
export class PropertyExpression extends Base {
  readonly kind = "property";
  readonly of: Expression;
  readonly key: string;

  constructor(of: Expression, key: string) {
    super();
    this.of = of;
    this.key = key;
  }
}

/** Tags for a value, for the job that gives them to it, and for the execution. */
export interface TagsToApply {
  readonly tags: readonly TagPair[];
  readonly jobTags: readonly TagPair[];
  readonly executionTags: readonly TagPair[];
}

/** A value that is tagged once all of it is computed. */
export class TagsExpression extends Base {
  readonly kind = "tags";
  readonly value: unknown;
  readonly applied: TagsToApply;

  constructor(value: unknown, applied: TagsToApply) {
    super();
    this.value = value;
    this.applied = applied;
  }
}

const CONTROL_NAMES = [
  ...(["cond", "seq", "catchError", "catchAll", "settled", "mapTask", "flatMap"] as const),
];
export type ControlName = (typeof CONTROL_NAMES)[number];

export function isControlName(name: string): name is ControlName {
  return (CONTROL_NAMES as readonly string[]).includes(name);
}

/** What is computed in turn, as it comes out: see control.ts. */
export class ControlExpression extends Base {
  readonly kind = "control";
  readonly name: ControlName;
  readonly of: readonly unknown[];
  /** The task that it calls, and how. */
  readonly call: { readonly task: TaskDefinition; readonly settings: CallSettings } | null;

  constructor(name: ControlName, of: readonly unknown[], call: ControlExpression["call"]) {
    super();
    this.name = name;
    this.of = of;
    this.call = call;
  }
}

/** What an expression holds: arguments, and the values that it is made of. */
export function heldBy(expression: Expression): readonly unknown[] {
  let of = expression;
  while (of.kind === "property") of = of.of;
  if (of.kind === "call") return of.args;
  return of.kind === "tags" ? [of.value] : of.of;
}

const expressions = new WeakMap<object, Expression>();

/** The expression behind a lazy value; undefined for every other value. */
export function expressionOf(value: unknown): Expression | undefined {
  return typeof value === "object" && value !== null ? expressions.get(value) : undefined;
}

/** Notes whose proxy it is. */
export function nameProxy(proxy: object, expression: Expression): void {
  expressions.set(proxy, expression);
}

/** Properties of a call that a message names. */
const MAX_DESCRIBED = 10;

/** A lazy value as messages show it: `main(...).scores`. */
export function describe(expression: Expression): string {
  const keys: string[] = [];
  let at = expression;
  for (; at.kind === "property"; at = at.of) keys.unshift(at.key);
  const start = `${at.kind === "call" ? at.task.fullName : at.kind === "control" ? at.name : "applyTags"}(...)`;
  const shown = keys.length > MAX_DESCRIBED ? ["...", ...keys.slice(-MAX_DESCRIBED)] : keys;
  return [start, ...shown].join(".");
}
