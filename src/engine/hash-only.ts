import { RedunError } from "../errors.ts";
import { inspected } from "../value/inspected.ts";
import { isPlainObject } from "../value/value.ts";

/**
 * What of a task's calls is recorded by its hash alone: everything, or some arguments (all, or those of these
 * parameters) and the result.
 */
export type RecordOption =
  | "hash"
  | {
      readonly args?: "hash" | Readonly<Record<string, "hash">>;
      readonly result?: "hash";
    };

/** What of a task's calls is recorded by its hash alone. */
export class HashOnly {
  readonly result: boolean;
  readonly #args: boolean;
  /** Names of the parameters whose arguments are. */
  readonly parameters: readonly string[];

  /** @throws RedunError BAD_TASK */
  constructor(option: RecordOption | undefined) {
    const { args, result } = option === "hash" ? { args: option, result: option } : (option ?? {});
    const names = typeof args === "object" && args !== null ? args : {};
    if (
      !isOption(option) ||
      !isHash(result) ||
      !isArgs(args) ||
      !Object.values(names).every(isHash)
    ) {
      throw new RedunError(
        "BAD_TASK",
        `task() was given record: ${inspected(option)}.`,
        'Write `record: "hash"`, or what of a call: `record: { args: { token: "hash" }, result: "hash" }`.',
      );
    }
    this.result = result === "hash";
    this.#args = args === "hash";
    this.parameters = Object.keys(names);
  }

  /** Whether any argument is. */
  get args(): boolean {
    return this.#args || this.parameters.length > 0;
  }

  get isAny(): boolean {
    return this.args || this.result;
  }

  /** Whether the argument of a parameter is; of one without a name, if any is. */
  argument(name: string | undefined): boolean {
    if (this.#args || name === undefined) return this.args;
    return this.parameters.includes(name);
  }
}

function isOption(option: unknown): boolean {
  if (option === undefined || option === "hash") return true;
  if (typeof option !== "object" || option === null || !isPlainObject(option)) return false;
  return Object.keys(option).every((key) => key === "args" || key === "result");
}

function isArgs(args: unknown): boolean {
  return isHash(args) || (typeof args === "object" && args !== null && isPlainObject(args));
}

function isHash(value: unknown): boolean {
  return value === undefined || value === "hash";
}
