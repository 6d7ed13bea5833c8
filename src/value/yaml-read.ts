/**
 * Reads what `writeYaml` writes, and nothing else: what is read and written again has the same
 * bytes. One pass over the text, many times faster than a reader of all YAML; `readAnyYaml` reads
 * what this one refuses.
 */
import { compareCodePoints } from "./code-points.ts";
import { Fields, isTagName, Remark, setOwn } from "./value.ts";
import { Refused } from "./yaml-core.ts";
import { BLANK, COLON, DASH, LF, NotCanonical, QUOTE, YamlCursor } from "./yaml-cursor.ts";
import { plainScalar } from "./yaml-plain.ts";
import { commentText, isLiteral, isPlain, MAX_SIMPLE_KEY } from "./yaml-scalar.ts";
import { fromTag } from "./yaml-tags.ts";

export { NotCanonical };

export interface ReadOptions {
  /**
   * Keep what plain JavaScript loses, so that `writeYaml` gives the same bytes again: maps in
   * another order than their keys' are `Fields`, scalars with a comment are `Remark`s.
   */
  readonly exact?: boolean;
  /** How many nodes a document may have; see `MAX_NODES`. By default any number. */
  readonly maxNodes?: number;
}

/** Values nest up to 1000 deep, and records have some levels around them. */
const MAX_DEPTH = 1100;

/**
 * The most nodes of a record: scalars, keys among them, lists and maps; a tag counts as one more. They,
 * more than the length of a text, decide how much memory it takes. The longest tag has no more.
 */
export const MAX_NODES = 2 ** 23;

/**
 * The value of a canonical document: plain objects and arrays, with own properties whatever the
 * key, and the classes of value.ts.
 * @throws NotCanonical
 * @throws Refused where it has too many nodes
 */
export function readYaml(text: string, options: ReadOptions = {}): unknown {
  return new Reader(text, options).document();
}

class Reader extends YamlCursor {
  private readonly exact: boolean;
  private readonly maxNodes: number;
  private depth = 0;
  private nodes = 0;

  constructor(text: string, { exact = false, maxNodes = Number.POSITIVE_INFINITY }: ReadOptions) {
    super(text);
    this.exact = exact;
    this.maxNodes = maxNodes;
  }

  private count(): void {
    if (++this.nodes > this.maxNodes) throw new Refused(`it has more than ${this.maxNodes} nodes`);
  }

  document(): unknown {
    this.count();
    const c = this.text.charCodeAt(0);
    let value: unknown;
    if (c === 0x21) value = this.tagged(0);
    else if (c === 0x7c) value = this.literal(2);
    else value = this.node(0, true);
    if (this.column >= 0) throw this.refuse("more than one node");
    return value;
  }

  /** A list, a map, or (in a list and at the top) a scalar that begins at `at`, in `column`. */
  private node(column: number, mayBeScalar: boolean): unknown {
    if (this.depth++ > MAX_DEPTH) throw this.refuse("nested too deep");
    const value = this.nodeInside(column, mayBeScalar);
    this.depth--;
    return value;
  }

  private nodeInside(column: number, mayBeScalar: boolean): unknown {
    const { text, at } = this;
    const c = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (next === BLANK && (c === DASH || c === 0x3f)) {
      return c === DASH ? this.list(column) : this.map(column);
    }
    const end = c === QUOTE ? this.quoteEnd() : this.keyEnd();
    if (text.charCodeAt(end) === COLON) {
      const after = text.charCodeAt(end + 1);
      if (after === BLANK || after === LF) return this.map(column);
    }
    if (!mayBeScalar) throw this.refuse("a scalar on a line of its own");
    return this.scalar();
  }

  private list(column: number): unknown[] {
    const items: unknown[] = [];
    do {
      const c = this.text.charCodeAt(this.at);
      if (c !== DASH || this.text.charCodeAt(this.at + 1) !== BLANK) {
        throw this.refuse("a list item expected");
      }
      this.at += 2;
      items.push(this.inline(column + 2, true));
    } while (this.column === column);
    if (this.column > column) throw this.refuse("bad indentation");
    return items;
  }

  private map(column: number): unknown {
    const map: Record<string, unknown> = {};
    const keys: string[] = [];
    let size = 0;
    do {
      const key = this.key(column);
      setOwn(map, key, this.mapValue(column + 2));
      if (this.exact) keys.push(key);
      size++;
    } while (this.column === column);
    if (Object.keys(map).length !== size) throw this.refuse("a key appears twice");
    if (this.column > column) throw this.refuse("bad indentation");
    return this.exact && !isSorted(keys)
      ? new Fields(keys.map((key) => [key, map[key]] as const))
      : map;
  }

  /** Moves past the colon. */
  private key(column: number): string {
    this.count();
    const { text } = this;
    const long = text.charCodeAt(this.at) === 0x3f && text.charCodeAt(this.at + 1) === BLANK;
    if (long) this.at += 2;
    const from = this.at;
    const quoted = text.charCodeAt(from) === QUOTE;
    const end = quoted ? this.quoteEnd() : this.keyEnd();
    const key = quoted ? this.quoted(end) : text.slice(from, end);
    if (!quoted && !isPlain(key)) throw this.refuse("not a plain key");
    if (end - from > MAX_SIMPLE_KEY !== long) throw this.refuse("not the form for this key");
    this.at = end;
    if (long) {
      this.nextLine();
      if (this.column !== column) throw this.refuse("bad indentation");
    }
    if (text.charCodeAt(this.at) !== COLON) throw this.refuse("a colon expected");
    this.at++;
    return key;
  }

  private mapValue(column: number): unknown {
    const c = this.text.charCodeAt(this.at);
    if (c === LF) {
      this.count();
      return this.nested(column);
    }
    if (c !== BLANK) throw this.refuse("a blank expected");
    this.at++;
    return this.inline(column, false);
  }

  /** A collection that begins on the next line. */
  private nested(column: number): unknown {
    this.nextLine();
    if (this.column !== column) throw this.refuse("bad indentation");
    return this.node(column, false);
  }

  /** What follows `- ` (where a collection may begin on the same line) or `key: `. */
  private inline(column: number, inList: boolean): unknown {
    this.count();
    const c = this.text.charCodeAt(this.at);
    if (c === 0x21) return this.tagged(column);
    if (c === 0x7c) return this.literal(column);
    return inList ? this.node(column, true) : this.scalar();
  }

  private tagged(column: number): unknown {
    this.count();
    const { text } = this;
    let end = ++this.at;
    while (isTagUnit(text.charCodeAt(end))) end++;
    const tag = text.slice(this.at, end);
    if (!isTagName(tag)) throw this.refuse("a tag name expected");
    this.at = end;
    const c = text.charCodeAt(end);
    if (c === LF) return fromTag(tag, this.nested(column));
    if (c !== BLANK) throw this.refuse("a blank expected");
    this.at++;
    const literal = text.charCodeAt(this.at) === 0x7c;
    return fromTag(tag, literal ? this.literal(column || 2) : this.scalar(false));
  }

  /** A scalar, `[]` or `{}`, up to the end of its line. */
  private scalar(mayHaveComment = true): unknown {
    const { text, at } = this;
    const c = text.charCodeAt(at);
    if (c === 0x5b || c === 0x7b) return this.empty(c === 0x5b ? "[]" : "{}");
    if (c === QUOTE) {
      const end = this.quoteEnd();
      const value = this.quoted(end);
      if (this.escaped && value.includes("\n") && isLiteral(value)) {
        throw this.refuse("a text that is written as a literal block");
      }
      this.at = end;
      return this.endOfScalar(value, mayHaveComment);
    }
    let end = text.indexOf("\n", at);
    if (end < 0) throw this.refuse("a line without an end");
    const line = text.slice(at, end);
    const value = plainScalar(line);
    if (value !== undefined) {
      this.at = end;
      this.nextLine();
      return value;
    }
    end = line.indexOf(" #");
    const before = end < 0 ? undefined : plainScalar(line.slice(0, end));
    if (before === undefined) throw this.refuse("not a plain scalar");
    this.at = at + end;
    return this.endOfScalar(before, mayHaveComment);
  }

  private empty(brackets: string): unknown {
    if (!this.text.startsWith(brackets, this.at)) throw this.refuse("a flow collection");
    this.at += 2;
    this.nextLine();
    return brackets === "[]" ? [] : {};
  }

  private endOfScalar(value: unknown, mayHaveComment: boolean): unknown {
    const { text, at } = this;
    if (text.charCodeAt(at) === LF) {
      this.nextLine();
      return value;
    }
    if (!mayHaveComment || !text.startsWith(" # ", at)) throw this.refuse("not a scalar");
    const end = text.indexOf("\n", at);
    if (end < 0) throw this.refuse("a line without an end");
    const comment = text.slice(at + 3, end);
    if (comment === "" || commentText(comment) !== comment)
      throw this.refuse("not a plain comment");
    this.at = end;
    this.nextLine();
    return this.exact ? new Remark(value as Remark["value"], comment) : value;
  }
}

function isTagUnit(c: number): boolean {
  return (
    (c >= 0x61 && c <= 0x7a) ||
    (c >= 0x41 && c <= 0x5a) ||
    (c >= 0x30 && c <= 0x39) ||
    c === DASH ||
    c === 0x5f
  );
}

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, i) => i === 0 || compareCodePoints(keys[i - 1]!, key) < 0);
}
