/**
 * A line for people about a Python pickle. Nothing is imported, called or made: what the pickle asks
 * for becomes text, as `ValueError('boom')`. What is not understood has no line.
 */

import { MAX_TEXT, type Node, shown, Unreadable } from "./pickle-nodes.ts";

/** Bytes of a pickle that are looked at, and steps that are taken. */
const MAX_BYTES = 65_536;
const MAX_STEPS = 20_000;
/** What a pickle says, as Python's `repr` would show it; null where that cannot be told. */
export function pickleText(bytes: Uint8Array): string | null {
  if (bytes.length > MAX_BYTES) return null;
  try {
    return shown(new Reader(Buffer.from(bytes)).read(), 0);
  } catch (error) {
    if (error instanceof Unreadable || error instanceof RangeError) return null;
    throw error;
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  readonly #stack: Node[] = [];
  readonly #memo = new Map<number, Node>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(): Node {
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const op = String.fromCharCode(this.#byte());
      if (op === ".") return this.#pop();
      this.#step(op);
    }
    throw new Unreadable();
  }

  #step(op: string): void {
    const memoized = this.#memoStep(op);
    if (memoized) return;
    const literal = this.#literal(op);
    if (literal) {
      this.#stack.push(literal);
      return;
    }
    this.#build(op);
  }

  #memoStep(op: string): boolean {
    switch (op) {
      case "\x80":
        this.#byte();
        return true;
      case "\x95":
        this.#take(8);
        return true;
      case "q":
        this.#memo.set(this.#byte(), this.#top());
        return true;
      case "r":
        this.#memo.set(this.#take(4).readUInt32LE(), this.#top());
        return true;
      case "\x94":
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case "h":
        this.#stack.push(this.#known(this.#byte()));
        return true;
      case "j":
        this.#stack.push(this.#known(this.#take(4).readUInt32LE()));
        return true;
      default:
        return false;
    }
  }

  #literal(op: string): Node | null {
    switch (op) {
      case "N":
        return text("None");
      case "\x88":
        return text("True");
      case "\x89":
        return text("False");
      case "K":
        return text(String(this.#byte()));
      case "M":
        return text(String(this.#take(2).readUInt16LE()));
      case "J":
        return text(String(this.#take(4).readInt32LE()));
      case "\x8a":
        return text(integer(this.#take(this.#byte())));
      case "\x8b":
        return text(integer(this.#take(this.#take(4).readInt32LE())));
      case "G":
        return text(pythonFloat(this.#take(8).readDoubleBE()));
      case "X":
        return string(this.#take(this.#take(4).readUInt32LE()));
      case "\x8c":
        return string(this.#take(this.#byte()));
      case "\x8d":
        return string(this.#take(Number(this.#take(8).readBigUInt64LE())));
      case "C":
        return bytesText(this.#take(this.#byte()));
      case "B":
        return bytesText(this.#take(this.#take(4).readUInt32LE()));
      case "\x8e":
        return bytesText(this.#take(Number(this.#take(8).readBigUInt64LE())));
      case "(":
        return { kind: "mark" };
      case ")":
        return list("(", ")", []);
      case "]":
        return list("[", "]", []);
      case "\x8f":
        return list("{", "}", []);
      case "}":
        return { kind: "dict", pairs: [] };
      case "c":
        return named(`${this.#line()}.${this.#line()}`);
      default:
        return null;
    }
  }

  #build(op: string): void {
    switch (op) {
      case "t":
        this.#stack.push(list("(", ")", this.#toMark()));
        return;
      case "\x85":
      case "\x86":
      case "\x87":
        this.#stack.push(list("(", ")", this.#last(op.charCodeAt(0) - 0x84)));
        return;
      case "\x91":
        this.#stack.push(list("frozenset({", "})", this.#toMark()));
        return;
      case "a":
        this.#extend([this.#pop()]);
        return;
      case "e":
      case "\x90":
        this.#extend(this.#toMark());
        return;
      case "s":
        this.#set(this.#last(2));
        return;
      case "u":
        this.#set(this.#toMark());
        return;
      case "\x93": {
        const [module, name] = this.#last(2);
        this.#stack.push(named(`${plain(module)}.${plain(name)}`));
        return;
      }
      case "R":
      case "\x81": {
        const [called, args] = this.#last(2);
        this.#stack.push({ kind: "call", name: plain(called), args: args! });
        return;
      }
      case "b": {
        const state = this.#pop();
        const made = this.#top();
        if (made.kind === "call") made.state = state;
        return;
      }
      case "0":
        this.#pop();
        return;
      case "1":
        this.#toMark();
        return;
      case "2":
        this.#stack.push(this.#top());
        return;
      default:
        throw new Unreadable();
    }
  }

  #extend(items: readonly Node[]): void {
    const target = this.#top();
    if (target.kind !== "list") throw new Unreadable();
    target.items.push(...items);
  }

  #set(items: readonly Node[]): void {
    const target = this.#top();
    if (target.kind !== "dict") throw new Unreadable();
    for (let at = 0; at + 1 < items.length; at += 2) {
      target.pairs.push([items[at]!, items[at + 1]!]);
    }
  }

  #toMark(): Node[] {
    const at = this.#stack.findLastIndex(({ kind }) => kind === "mark");
    if (at < 0) throw new Unreadable();
    return this.#stack.splice(at).slice(1);
  }

  #last(count: number): Node[] {
    if (this.#stack.length < count) throw new Unreadable();
    return this.#stack.splice(-count);
  }

  #pop(): Node {
    return this.#last(1)[0]!;
  }

  #top(): Node {
    const top = this.#stack.at(-1);
    if (!top) throw new Unreadable();
    return top;
  }

  #known(at: number): Node {
    const node = this.#memo.get(at);
    if (!node) throw new Unreadable();
    return node;
  }

  #byte(): number {
    return this.#take(1)[0]!;
  }

  #take(length: number): Buffer {
    if (!(length >= 0) || this.#at + length > this.#bytes.length) throw new Unreadable();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw new Unreadable();
    const line = this.#take(end - this.#at).toString("utf8");
    this.#at++;
    return line;
  }
}

const text = (text: string): Node => ({ kind: "text", text });
const named = (name: string): Node => ({ kind: "text", text: name, plain: name });
const list = (open: string, close: string, items: Node[]): Node => {
  return { kind: "list", open, close, items };
};

function plain(node: Node | undefined): string {
  if (node?.kind === "text" && node.plain !== undefined) return node.plain;
  throw new Unreadable();
}

function string(bytes: Buffer): Node {
  const whole = bytes.toString("utf8");
  const cut = whole.slice(0, MAX_TEXT + 1).toWellFormed();
  const quoted = JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return { kind: "text", text: `'${quoted}'`, plain: cut };
}

function bytesText(bytes: Buffer): Node {
  return text(`<${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"}>`);
}

/** Two's complement, the lowest byte first. */
function integer(bytes: Buffer): string {
  if (bytes.length > 64) throw new Unreadable();
  const hex = Buffer.from(bytes).reverse().toString("hex");
  return hex === "" ? "0" : String(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)));
}

function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}
