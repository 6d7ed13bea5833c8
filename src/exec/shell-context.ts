/**
 * Where in a shell script a value stands: by itself, within double quotes or a here-document, where the
 * shell expands nothing, or in a comment.
 */
export type ShellContext = "word" | "quoted" | "literal" | "comment";

/** What surrounds the place that has been read: the innermost last. */
type Level = "'" | '"' | "`" | "(" | "{";

interface HereDocument {
  readonly end: string;
  readonly isLiteral: boolean;
  readonly hasTabs: boolean;
}

/**
 * Reads a script up to each value in it. It knows no more of the language than where quotes, comments and
 * here-documents begin and end: being wrong gives a value in wrong quotes, and never runs it.
 */
export class ShellReader {
  readonly #levels: Level[] = [];
  /** Here-documents that begin with the next line, and the one that goes on. */
  readonly #awaited: HereDocument[] = [];
  #here: HereDocument | null = null;
  #line = "";
  #inComment = false;
  /** The character before, in whose light `#` begins a comment, and `(` is one of `$(`. */
  #before = "\n";

  /** Where a value stands that follows what was read. */
  get context(): ShellContext {
    if (this.#here) return this.#here.isLiteral ? "literal" : "quoted";
    if (this.#inComment) return "comment";
    const level = this.#levels.at(-1);
    if (level === "'") return "literal";
    return level === '"' || (level === "{" && this.#levels.includes('"')) ? "quoted" : "word";
  }

  /** Reads the text up to the next value. */
  read(text: string): void {
    for (let at = 0; at < text.length; ) at += this.#step(text, at);
  }

  /** A value stands here. */
  value(): void {
    this.#before = "x";
    this.#line += "x";
  }

  /** Reads one character, or more that belong together. Returns how many. */
  #step(text: string, at: number): number {
    const char = text[at]!;
    if (char === "\n") {
      this.#endLine();
      return 1;
    }
    this.#line += char;
    if (this.#here || this.#inComment) return 1;
    const level = this.#levels.at(-1);
    if (level === "'") {
      if (char === "'") this.#levels.pop();
      return 1;
    }
    if (char === "\\") {
      this.#before = "x";
      // What follows a line's end is a line of its own.
      return text[at + 1] === "\n" ? 1 : 2;
    }
    const size = this.#opened(text, at, level) || this.#closed(char, level) || 1;
    this.#before = char;
    return size;
  }

  #opened(text: string, at: number, level: Level | undefined): number {
    const char = text[at]!;
    const inQuotes = level === '"';
    if (char === '"' && !inQuotes) return this.#open('"');
    if (char === "'" && !inQuotes) return this.#open("'");
    if (char === "`" && level !== "`") return this.#open("`");
    if (char === "(" && (!inQuotes || this.#before === "$")) return this.#open("(");
    if (char === "{" && this.#before === "$") return this.#open("{");
    if (inQuotes || level === "{") return 0;
    if (char === "#" && /[\s;&|()]/.test(this.#before)) {
      this.#inComment = true;
      return 1;
    }
    return char === "<" ? this.#hereDocument(text, at) : 0;
  }

  #closed(char: string, level: Level | undefined): number {
    const ends = { '"': '"', "`": "`", ")": "(", "}": "{" }[char];
    if (ends === undefined || ends !== level) return 0;
    this.#levels.pop();
    return 1;
  }

  #open(level: Level): number {
    this.#levels.push(level);
    return 1;
  }

  #hereDocument(text: string, at: number): number {
    const found = /^<<(?!<)(-?)[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|(\\?)([^\s;&|<>()'"]+))/.exec(
      text.slice(at, at + 200),
    );
    if (!found) return text.startsWith("<<<", at) ? 3 : 0;
    const [all, dash, single, double, escaped, bare] = found;
    this.#awaited.push({
      end: single ?? double ?? bare!,
      isLiteral: bare === undefined || escaped !== "",
      hasTabs: dash !== "",
    });
    this.#line += all.slice(1);
    return all.length;
  }

  #endLine(): void {
    const line = this.#here?.hasTabs ? this.#line.replace(/^\t+/, "") : this.#line;
    if (this.#here && line === this.#here.end) this.#here = null;
    this.#here ??= this.#awaited.shift() ?? null;
    this.#line = "";
    this.#inComment = false;
    this.#before = "\n";
  }
}
