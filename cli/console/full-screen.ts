import type { TerminalDevice } from "../io.ts";
import type { Palette } from "./palette.ts";
import { difference, type Frame } from "./screen-buffer.ts";

/** The alternate screen, no cursor, lines that do not wrap, clicks and the wheel (SGR), pastes in brackets. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?1000h\x1b[?1006h\x1b[?2004h";
const LEAVE = "\x1b[?2026l\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[?7h\x1b[0m\x1b[?25h\x1b[?1049l";

/** The whole screen of a terminal, which is given back as it was, however the process ends. */
export class FullScreen {
  readonly #device: TerminalDevice;
  readonly #palette: Palette;
  #isOn = false;
  /** What the terminal shows; null where that is not known. */
  #shown: Frame | null = null;

  constructor(device: TerminalDevice, palette: Palette) {
    this.#device = device;
    this.#palette = palette;
    device.onExit(() => this.leave());
  }

  enter(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#shown = null;
    this.#device.setRaw(true);
    this.#device.write(ENTER);
  }

  leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#device.write(LEAVE);
    this.#device.setRaw(false);
  }

  show(frame: Frame): void {
    if (!this.#isOn) return;
    const text = difference(this.#shown, frame, this.#palette);
    this.#shown = frame;
    if (text !== "") this.#device.write(text);
  }

  /** Draws all of the next frame: something else may have written. */
  forget(): void {
    this.#shown = null;
  }

  /** Puts a text on the clipboard of the terminal (OSC 52); not every terminal lets us. */
  copy(text: string): void {
    this.#device.write(`\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`);
  }
}
