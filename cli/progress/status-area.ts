import type { OutputStream } from "../io.ts";

const SAVE = "\x1b7";
const RESTORE = "\x1b8";
const WHOLE_SCREEN = "\x1b[r";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE = "\x1b[2K";
const LINE_DOWN = "\x1bD";
/** A line that is too wide, as letters of double width may make it, is cut by the terminal. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";

/**
 * The last lines of a terminal, kept apart by its scrolling margins: whatever any process writes stays
 * above them, and none of them has to know. Nothing below the cursor is anybody else's.
 */
export class StatusArea {
  readonly #terminal: OutputStream;
  #height = 0;
  #size = "";
  #shown = "";

  constructor(terminal: OutputStream) {
    this.#terminal = terminal;
  }

  /** How many lines may be shown: a third of the terminal, and none where that is tiny. */
  get room(): number {
    return Math.floor(this.#rows / 3);
  }

  /** The width of a line, in characters. */
  get columns(): number {
    return this.#terminal.columns || 80;
  }

  // A terminal that was given no size says 0.
  get #rows(): number {
    return this.#terminal.rows || 24;
  }

  /** Shows these lines in place of those before. The area grows as it must, and shrinks with the terminal. */
  show(lines: readonly string[]): void {
    const rows = this.#rows;
    const size = `${this.columns}x${rows}`;
    const isResized = size !== this.#size;
    const height = isResized ? lines.length : Math.max(lines.length, this.#height);
    if (height === 0) return;
    const top = rows - height + 1;
    const drawn = Array.from(
      { length: height },
      (_, at) => `\x1b[${top + at};1H${CLEAR_LINE}${lines[at] ?? ""}`,
    ).join("");
    const isReserved = !isResized && height === this.#height;
    if (isReserved && drawn === this.#shown) return;
    const reserve = isReserved ? "" : reserved(height, top - 1);
    // One write, so that no other process's text comes in between.
    this.#terminal.write(`${reserve}${SAVE}${NO_WRAP}${drawn}${WRAP}${RESTORE}`);
    [this.#height, this.#size, this.#shown] = [height, size, drawn];
  }

  /** Gives the lines back; text goes on where it stands. */
  close(): void {
    if (this.#height === 0) return;
    this.#height = 0;
    this.#size = "";
    this.#terminal.write(`${SAVE}${WHOLE_SCREEN}${RESTORE}${CLEAR_BELOW}`);
  }
}

/** Makes room below the cursor, scrolling where there is none. Setting margins moves the cursor. */
function reserved(height: number, last: number): string {
  const down = LINE_DOWN.repeat(height);
  return `${SAVE}${WHOLE_SCREEN}${RESTORE}${CLEAR_BELOW}${down}\x1b[${height}A${SAVE}\x1b[1;${last}r${RESTORE}`;
}
