/** What may go on in the next piece of what a program writes. */
const BEGUN = /\x1b(?:\[[\d;?]*|\][^\x07]*)?$/;

/**
 * A small terminal: what it shows and what has scrolled out of it, for output that moves its cursor
 * as ours does. It refuses any sequence that it does not know.
 */
export class Terminal {
  columns: number;
  rows: number;
  isTTY = true;
  /** Lines that have left the screen at its top. */
  readonly scrolled: string[] = [];
  /** All that was written. */
  written = "";
  /** The private modes that are on, of those that a program switched: `1049` is the other screen. */
  readonly modes = new Set<number>();
  /** What was put on the clipboard. */
  clipboard = "";
  #lines: string[];
  #row = 0;
  #column = 0;
  #saved: readonly [row: number, column: number] = [0, 0];
  /** The last line that scrolls; the first one is always the first of the screen. */
  #bottom: number;
  #wraps = true;
  /** A sequence whose end has not arrived. */
  #begun = "";

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#lines = Array(rows).fill("");
    this.#bottom = rows - 1;
  }

  /** Without the blanks at the ends of lines, and without empty lines at its end. */
  get screen(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  /** All that a user could read by scrolling back. */
  get text(): string[] {
    return [...this.scrolled, ...this.screen];
  }

  write(text: string): boolean {
    this.written += text;
    const whole = this.#begun + text;
    this.#begun = BEGUN.exec(whole)?.[0] ?? "";
    const end = whole.length - this.#begun.length;
    for (let at = 0; at < end; ) at += this.#one(whole.slice(at, end));
    return true;
  }

  /** As xterm does it: lines at the top give way, and margins are gone. */
  resize(columns: number, rows: number): void {
    const over = Math.max(this.#row - rows + 1, 0);
    this.scrolled.push(...this.#lines.splice(0, over).map((line) => line.trimEnd()));
    this.#lines = Array.from({ length: rows }, (_, at) => this.#lines[at] ?? "");
    this.#row -= over;
    this.#column = Math.min(this.#column, columns - 1);
    [this.columns, this.rows, this.#bottom] = [columns, rows, rows - 1];
  }

  #one(text: string): number {
    const { 0: sequence, 1: numbers, 2: letter } = /^\x1b\[([\d;?]*)([A-Za-z])/.exec(text) ?? [];
    if (sequence !== undefined) {
      this.#control(letter!, numbers!);
      return sequence.length;
    }
    const clip = /^\x1b\]52;c;([\w+/=]*)\x07/.exec(text);
    if (clip) {
      this.clipboard = Buffer.from(clip[1]!, "base64").toString();
      return clip[0].length;
    }
    if (text.startsWith("\x1b7")) this.#saved = [this.#row, this.#column];
    else if (text.startsWith("\x1b8")) [this.#row, this.#column] = this.#saved;
    else if (text.startsWith("\x1bD")) this.#down();
    else if (text[0] === "\r") this.#column = 0;
    else if (text[0] === "\n") this.#down();
    else if (text[0]! < " ") throw new Error(`unknown: ${JSON.stringify(text.slice(0, 8))}`);
    else this.#put(text[0]!);
    return text[0] === "\x1b" ? 2 : 1;
  }

  #control(letter: string, text: string): void {
    const numbers = text.split(";").map(Number);
    if (letter === "m") return;
    if (letter === "A") this.#row = Math.max(this.#row - numbers[0]!, 0);
    else if (letter === "H") {
      this.#row = Math.min((numbers[0] || 1) - 1, this.rows - 1);
      this.#column = (numbers[1] || 1) - 1;
    } else if (letter === "K" && text === "2") this.#lines[this.#row] = "";
    else if (letter === "J" && text === "") {
      this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column);
      this.#lines.fill("", this.#row + 1);
    } else if (letter === "J" && text === "2") this.#lines.fill("");
    else if (/^\?(25|1000|1006|1049|2004|2026)$/.test(text)) {
      const mode = Number(text.slice(1));
      if (letter === "h") this.modes.add(mode);
      else this.modes.delete(mode);
      // What the other screen held is of no interest to us.
      if (mode === 1049) [this.#row, this.#column] = [0, 0];
      if (mode === 1049) this.#lines.fill("");
    } else if (letter === "r") {
      this.#bottom = (text === "" ? this.rows : numbers[1]!) - 1;
      [this.#row, this.#column] = [0, 0];
    } else if (text === "?7") this.#wraps = letter === "h";
    else throw new Error(`unknown: ${text}${letter}`);
  }

  #down(): void {
    if (this.#row !== this.#bottom) {
      this.#row = Math.min(this.#row + 1, this.rows - 1);
      return;
    }
    this.scrolled.push(this.#lines.shift()!.trimEnd());
    this.#lines.splice(this.#bottom, 0, "");
  }

  #put(character: string): void {
    if (this.#column >= this.columns) {
      if (!this.#wraps) return;
      this.#column = 0;
      this.#down();
    }
    const line = this.#lines[this.#row]!.padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column++;
  }
}
