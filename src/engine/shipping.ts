/** Calls and what came of them as texts, which an executor takes to a worker and back. */
import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { pathFromHere } from "../value/file-path.ts";
import { recordFiles } from "../value/files-in.ts";
import { withoutIdentity } from "../value/opaque.ts";
import { opaqueIn } from "../value/opaque-in.ts";
import { Fields } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { writeYaml } from "../value/yaml-write.ts";
import { isThenable } from "./pending-parts.ts";
import { recordedReduction, type WrittenLazies } from "./reduction.ts";
import { hasTwins, taskNamed } from "./registry.ts";
import { type ReadLazies, type Revived, revived } from "./revived.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** Of the texts of any writer. */
const VERSION = 1;

/** A value for the other side, as a part of a text that is written at once. */
export interface ShippedValue {
  readonly shipped: unknown;
}

/**
 * Writes values for the other side of one call, and reads what that has written: the process of the run, and
 * the worker. Lazy values are written as records have them, and are the same on both sides from text to text.
 */
export class Shipping {
  readonly #format: ObjectFormat;
  readonly #root: string | null;
  readonly #written: WrittenLazies = new Map();
  readonly #read: ReadLazies = [];
  /** The files in what was read, as they were written. */
  readonly readFiles: Revived["files"][number][] = [];

  /** @param root the top of the work tree, from which files are named */
  constructor(format: ObjectFormat, root: string | null) {
    this.#format = format;
    this.#root = root;
  }

  /** Writes a text. Where that fails, what was written for it does not count as known on the other side. */
  whole<T>(write: () => T): T {
    const { size } = this.#written;
    try {
      return write();
    } catch (error) {
      for (const expression of [...this.#written.keys()].slice(size)) {
        this.#written.delete(expression);
      }
      throw error;
    }
  }

  /**
   * @param what names the value in errors: "The argument n of main"
   * @throws RedunError NOT_SHIPPABLE for what has no form outside of its process
   */
  write(value: unknown, what: () => string): ShippedValue {
    const recorded = recordedReduction(
      value,
      {
        keep: (argument) => {
          this.#noteFiles(argument);
          return argument;
        },
        isNamed: (task) => this.#isNamed(task),
        isPrivate: true,
      },
      this.#written,
    );
    if (recorded === undefined) throw notShippable(what(), reasonFor(value));
    this.#noteFiles(recorded);
    const opaque = opaqueIn(writeYaml(recorded));
    if (opaque !== null) throw notShippable(what(), `holds a ${withoutIdentity(opaque)}`);
    return { shipped: recorded };
  }

  /** @throws RedunError NOT_SHIPPABLE for what cannot be made here */
  read({ shipped }: ShippedValue, what: () => string): unknown {
    const found = revived(
      shipped,
      {
        task: (name) => taskNamed(name),
        stored: () => undefined,
        path: (recorded) => pathFromHere(recorded, this.#root),
        anyError: true,
      },
      this.#read,
    );
    if (found) {
      this.readFiles.push(...found.files);
      return found.value;
    }
    throw notShippable(
      what(),
      "holds what cannot be made again there (an instance of a class without a codec, a task of another script)",
    );
  }

  /** As they are now, and from the top of the work tree. */
  #noteFiles(value: unknown): void {
    recordFiles(value, this.#format, this.#root);
  }

  #isNamed(task: TaskDefinition): boolean {
    return taskNamed(task.fullName) !== undefined && !hasTwins(task, this.#format);
  }
}

function reasonFor(value: unknown): string {
  return isThenable(value)
    ? "is a promise"
    : "holds what has no form outside of its process: a promise, a call of a task that is not known by its name, a hidden property, or a structure without an end";
}

function notShippable(what: string, reason: string): RedunError {
  return new RedunError(
    "NOT_SHIPPABLE",
    `${what} ${reason}, which cannot be sent to a worker.`,
    'Pass plain values or Files, or run the task in this process: `task({ executor: "local" }, ...)`.',
  );
}

/** One text: its kind, and its fields. Of these, shipped values stand as they are. */
export function shippedText(kind: string, fields: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, isShipped(value) ? value.shipped : value] as const);
  return writeYaml(new Fields([["kind", kind], ["version", VERSION], ...shown]));
}

/**
 * @returns its fields
 * @throws RedunError EXECUTOR_FAILED for any other text
 */
export function shippedFields(text: string, kind: string): Readonly<Record<string, unknown>> {
  let read: unknown;
  try {
    read = readYaml(text);
  } catch {
    throw noText(kind, "it is damaged or cut short");
  }
  const fields = read as Record<string, unknown> | null;
  if (typeof fields !== "object" || fields?.kind !== kind) throw noText(kind, "it is none");
  if (fields.version === VERSION) return fields;
  throw noText(kind, `it has version ${fields.version}, and this redun-git reads ${VERSION}`);
}

function isShipped(value: unknown): value is ShippedValue {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "shipped";
}

function noText(kind: string, why: string): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    `A text that should be a ${kind} cannot be read: ${why}.`,
    "An executor passes on what `redun-git oneshot` takes and writes, byte by byte.",
  );
}
