/** Pickles of plain values, protocol 3, as redun writes them: for redun to show, and to use. */
import { File } from "../../value/file.ts";
import type { HashName } from "../../value/hash.ts";
import { contentId } from "../../value/oid.ts";
import { preview } from "../../value/preview.ts";
import { ErrorValue, Float, isInt, isPlainArray, isPlainObject } from "../../value/value.ts";

/** A value for Python: its class, and its pickle. */
export interface Pickled {
  readonly type: string;
  readonly data: Buffer;
}

/**
 * A value as Python has it: texts, numbers, booleans, None, bytes, lists, dicts, redun's `File`, and what
 * was raised as an exception with its message. All else is the text that our pages show.
 * The hash of a `File` is its id here.
 */
export function pickled(value: unknown, format: HashName): Pickled {
  const writer = new Writer(format);
  const type = writer.value(value);
  return { type, data: writer.end() };
}

/** What a job raised, as redun's `ErrorValue`. */
export function pickledError(value: unknown): Pickled {
  const writer = new Writer("sha1");
  const text =
    value instanceof ErrorValue ? `${value.name}: ${value.message}` : preview(value, 1_000);
  writer.instance("redun.scheduler", "ErrorValue", () => {
    writer.pair("error", () => {
      writer.raw("cbuiltins\nException\n");
      writer.text(text);
      writer.raw("\x85R");
    });
    writer.pair("traceback", () => writer.raw("N"));
  });
  return { type: "redun.ErrorValue", data: writer.end() };
}

/** A task, as redun keeps one beside its source. */
export function pickledTask(name: string, namespace: string | null, hash: string): Pickled {
  const writer = new Writer("sha1");
  writer.instance("redun.task", "Task", () => {
    writer.pair("name", () => writer.text(name));
    writer.pair("namespace", () => writer.text(namespace ?? ""));
    writer.pair("version", () => writer.raw("N"));
    writer.pair("hash", () => writer.text(hash));
    writer.pair("compat", () => writer.raw("]"));
    writer.pair("script", () => writer.raw("\x89"));
    writer.pair("task_options", () => writer.raw("}"));
  });
  return { type: "redun.Task", data: writer.end() };
}

/** Of a value that is only known by its id. */
export function notRecorded(id: string): Pickled {
  return pickled(`<value ${id.slice(0, 8)}: only its id was recorded>`, "sha1");
}

class Writer {
  readonly #parts: Buffer[] = [Buffer.from([0x80, 3])];
  readonly #format: HashName;

  constructor(format: HashName) {
    this.#format = format;
  }

  raw(ops: string): void {
    this.#parts.push(Buffer.from(ops, "latin1"));
  }

  end(): Buffer {
    this.raw(".");
    return Buffer.concat(this.#parts);
  }

  /** Returns the name of the class that Python has for it. */
  value(value: unknown): string {
    if (value === null || value === undefined) return this.#scalar("N", "builtins.NoneType");
    if (typeof value === "boolean") return this.#scalar(value ? "\x88" : "\x89", "builtins.bool");
    if (typeof value === "string") return this.text(value);
    if (typeof value === "bigint" || (typeof value === "number" && isInt(value))) {
      return this.#integer(BigInt(value));
    }
    if (typeof value === "number" || value instanceof Float) return this.#float(Number(value));
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (value instanceof File && !value.isFolder) {
      return this.#file(value.path, contentId(value, this.#format));
    }
    if (typeof value === "object" && isPlainArray(value)) {
      this.raw("](");
      for (const item of value) this.value(item);
      this.raw("e");
      return "builtins.list";
    }
    if (typeof value === "object" && isPlainObject(value)) {
      this.raw("}(");
      for (const [key, item] of Object.entries(value)) {
        this.text(key);
        this.value(item);
      }
      this.raw("u");
      return "builtins.dict";
    }
    return this.text(preview(value, 10_000));
  }

  text(text: string): string {
    this.#sized("X", Buffer.from(text.toWellFormed(), "utf8"));
    return "builtins.str";
  }

  pair(name: string, write: () => void): void {
    this.text(name);
    write();
  }

  instance(module: string, name: string, state: () => void): void {
    this.raw(`c${module}\n${name}\n)\x81}(`);
    state();
    this.raw("ub");
  }

  #scalar(op: string, type: string): string {
    this.raw(op);
    return type;
  }

  #sized(op: string, bytes: Uint8Array): void {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    this.raw(op);
    this.#parts.push(size, Buffer.from(bytes));
  }

  #bytes(bytes: Uint8Array): string {
    this.#sized("B", bytes);
    return "builtins.bytes";
  }

  #float(value: number): string {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    this.raw("G");
    this.#parts.push(bytes);
    return "builtins.float";
  }

  /** Two's complement with a bit for the sign, the lowest byte first. */
  #integer(value: bigint): string {
    const bits = (value < 0n ? -value : value).toString(2).length + 1;
    const length = Math.ceil(bits / 8);
    const hex = BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, "0");
    const bytes = Buffer.from(hex, "hex").reverse();
    if (length < 256) {
      this.raw("\x8a");
      this.#parts.push(Buffer.from([length]), bytes);
    } else this.#sized("\x8b", bytes);
    return "builtins.int";
  }

  #file(path: string, hash: string): string {
    this.instance("redun.file", "File", () => {
      this.pair("path", () => this.text(path));
      this.pair("hash", () => this.text(hash));
    });
    return "redun.File";
  }
}
