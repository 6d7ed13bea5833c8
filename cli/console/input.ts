/** What a terminal sends, as events: keys, the mouse, pasted text. */

export type InputEvent =
  /** `a`, `up`, `ctrl-c`, `alt-b`. */
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "paste"; readonly text: string }
  /** A click, or a turn of the wheel, at a place counted from 0. */
  | {
      readonly kind: "click" | "wheel-up" | "wheel-down";
      readonly column: number;
      readonly row: number;
    };

const LETTERS: Readonly<Record<string, string>> = {
  ...{ A: "up", B: "down", C: "right", D: "left", H: "home", F: "end", Z: "backtab" },
  ...{ P: "f1", Q: "f2", R: "f3", S: "f4" },
};
const NUMBERS: Readonly<Record<string, string>> = {
  ...{ 1: "home", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end" },
};
const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x1b": "escape",
};

const PASTE = /^\x1b\[200~(.*?)\x1b\[201~/s;
const MOUSE = /^\x1b\[<(\d+);(\d+);(\d+)([Mm])/;
const SEQUENCE = /^\x1b(?:\[([\d;?]*)([A-Za-z~])|O([A-Za-z]))/;
/** A sequence that may go on: its end has not arrived. */
const BEGUN = /^\x1b(?:\[[\d;?<]*|O)?$/;

/** Reads what a terminal sends, piece by piece: a sequence may come in two. */
export class InputDecoder {
  #rest = "";

  /** Whether an escape has arrived of which only time tells what it is. */
  get isWaiting(): boolean {
    return this.#rest !== "";
  }

  read(text: string): InputEvent[] {
    let left = this.#rest + text;
    this.#rest = "";
    const events: InputEvent[] = [];
    while (left !== "") {
      const isPaste = left.startsWith("\x1b[200~");
      if (BEGUN.test(left) || (isPaste && !PASTE.test(left))) {
        this.#rest = left;
        break;
      }
      const { length, event } = nextEvent(left);
      if (event) events.push(event);
      left = left.slice(length);
    }
    return events;
  }

  /** What has arrived and goes on no more: the escape key, mostly. */
  flush(): InputEvent[] {
    const left = this.#rest;
    this.#rest = "";
    return left === "" || left.startsWith("\x1b[200~") ? [] : [{ kind: "key", key: "escape" }];
  }
}

function nextEvent(text: string): { length: number; event?: InputEvent | undefined } {
  const paste = PASTE.exec(text);
  if (paste) return { length: paste[0].length, event: { kind: "paste", text: paste[1]! } };
  const mouse = MOUSE.exec(text);
  if (mouse) return { length: mouse[0].length, event: mouseEvent(mouse) };
  const sequence = SEQUENCE.exec(text);
  if (sequence) return { length: sequence[0].length, event: keyEvent(sequence) };
  const [first = ""] = text;
  if (first === "\x1b" && text.length > 1) {
    const [second = ""] = text.slice(1);
    if (second === "\x1b") return { length: 1, event: { kind: "key", key: "escape" } };
    return { length: 1 + second.length, event: { kind: "key", key: `alt-${second}` } };
  }
  return { length: first.length, event: { kind: "key", key: keyOf(first) } };
}

function keyOf(character: string): string {
  const known = CONTROLS[character];
  if (known) return known;
  if (character >= " ") return character;
  return `ctrl-${String.fromCharCode(character.charCodeAt(0) + 96)}`;
}

function keyEvent([, numbers = "", letter = "", after = ""]: RegExpExecArray):
  | InputEvent
  | undefined {
  const [number = ""] = numbers.split(";");
  const key = letter === "~" ? NUMBERS[number] : LETTERS[letter || after];
  return key === undefined ? undefined : { kind: "key", key };
}

function mouseEvent([, button, column, row, end]: RegExpExecArray): InputEvent | undefined {
  const place = { column: Number(column) - 1, row: Number(row) - 1 };
  // Bits 2 to 4 are shift, alt and control.
  const which = Number(button) & ~0b11100;
  if (which === 64) return { kind: "wheel-up", ...place };
  if (which === 65) return { kind: "wheel-down", ...place };
  return which === 0 && end === "M" ? { kind: "click", ...place } : undefined;
}
