import { RedunError } from "../../src/errors.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import type { Address } from "../../src/views/address.ts";
import type { TerminalDevice } from "../io.ts";
import { draw } from "./draw.ts";
import { Edits } from "./edits.ts";
import { FullScreen } from "./full-screen.ts";
import { InputDecoder } from "./input.ts";
import { type Event, nextState } from "./next-state.ts";
import type { Palette } from "./palette.ts";
import { readPage } from "./read-page.ts";
import { type Effect, initial, type Next, type State, shown } from "./state.ts";

/** How long the rest of a sequence may take to come, in milliseconds. */
const ESCAPE_TIME = 40;
/** How often it is looked whether the log has changed, in milliseconds. */
const LOOK_EVERY = 1000;
/** How often a page that goes on is read, in milliseconds; less often where that takes long. */
const READ_EVERY = 500;
const SHARE = 10;
const SAME_WITHIN = 200;

/** A console on a terminal, until its user quits. */
export class Session {
  readonly #log: IndexedLog;
  readonly #device: TerminalDevice;
  readonly #screen: FullScreen;
  readonly #edits: Edits;
  readonly #decoder = new InputDecoder();
  #state: State;
  /** The latest reading of each screen: what an earlier one still brings is dropped. */
  readonly #readings = new Map<number, number>();
  #reading = 0;
  /** When a page was read last, and how long that took, in milliseconds. */
  #lastRead = { at: 0, took: 0 };
  #tip: string | null = null;
  #continued = Number.NEGATIVE_INFINITY;
  #isPainting = false;
  /** The log may be closed: nothing more of it is read. */
  #isOver = false;
  #escape: NodeJS.Timeout | undefined;
  /** Edits are made one after the other. */
  #editing: Promise<void> = Promise.resolve();
  #quit: (status: number) => void = () => {};
  /** What has to be done for the first screen. */
  readonly #first: readonly Effect[];

  constructor(log: IndexedLog, device: TerminalDevice, palette: Palette, address: Address) {
    this.#log = log;
    this.#device = device;
    this.#screen = new FullScreen(device, palette);
    this.#edits = new Edits(log);
    const { state, effects } = initial(address, device.columns, device.rows);
    this.#state = state;
    this.#first = effects;
  }

  /** @returns the exit status */
  async run(): Promise<number> {
    const device = this.#device;
    const ended = new Promise<number>((quit) => {
      this.#quit = quit;
    });
    this.#tip = await this.#log.log.tip();
    this.#screen.enter();
    device.onInput((text) => (text === null ? this.#quit(HANGUP) : this.#typed(text)));
    device.onResize(() => {
      this.dispatch({ kind: "resize", columns: device.columns, lines: device.rows });
    });
    device.onContinue(() => {
      // It is told of our own stop as well, a moment later.
      if (performance.now() - this.#continued > SAME_WITHIN) this.#continue();
    });
    device.onSignal((signal) => {
      if (signal === "SIGTSTP") this.#suspend();
      else this.#quit(STATUSES[signal]);
    });
    this.#take({ state: this.#state, effects: this.#first });
    const looking = setInterval(() => void this.#look(), READ_EVERY);
    try {
      return await ended;
    } finally {
      this.#isOver = true;
      clearInterval(looking);
      clearTimeout(this.#escape);
      this.#screen.leave();
      device.close();
      await this.#editing;
    }
  }

  dispatch(event: Event): void {
    if (this.#isOver) return;
    this.#take(nextState(this.#state, event));
  }

  #take({ state, effects }: Next): void {
    this.#state = state;
    this.#paintSoon();
    for (const effect of effects) this.#do(effect);
  }

  /** What happens at once is drawn once, and before anything is read. */
  #paintSoon(): void {
    if (this.#isPainting) return;
    this.#isPainting = true;
    setImmediate(() => {
      this.#isPainting = false;
      if (this.#isOver) return;
      this.#screen.show(draw(this.#state));
    });
  }

  #do(effect: Effect): void {
    switch (effect.does) {
      case "read":
        void this.#read(effect);
        break;
      case "edit":
        this.#edit(() => this.#edits.apply(effect.edit));
        break;
      case "undo":
        this.#edit(() => this.#edits.undo());
        break;
      case "rivals":
        void this.#rivals(effect.subject);
        break;
      case "copy":
        this.#screen.copy(effect.text);
        break;
      case "redraw":
        this.#screen.forget();
        break;
      case "suspend":
        this.#suspend();
        break;
      case "quit":
        this.#quit(0);
    }
  }

  #typed(text: string): void {
    clearTimeout(this.#escape);
    for (const event of this.#decoder.read(text)) this.dispatch(event);
    if (!this.#decoder.isWaiting) return;
    this.#escape = setTimeout(() => {
      for (const event of this.#decoder.flush()) this.dispatch(event);
    }, ESCAPE_TIME);
  }

  async #read({ screen, address, limit }: Effect & { readonly does: "read" }): Promise<void> {
    const reading = ++this.#reading;
    this.#readings.set(screen, reading);
    const isLatest = () => !this.#isOver && this.#readings.get(screen) === reading;
    // What was typed is answered first.
    await new Promise((done) => setImmediate(done));
    if (!isLatest()) return;
    const since = performance.now();
    try {
      // The log was brought up to date before the first page.
      if (reading > 1) await this.#log.refresh();
      for await (const page of readPage(this.#log, address, limit)) {
        if (!isLatest()) return;
        this.dispatch({ kind: "read", screen, page });
      }
    } catch (error) {
      const wasDamaged = isLatest() && this.#log.replaceIndex(error);
      if (wasDamaged) return this.#read({ does: "read", screen, address, limit });
      if (isLatest()) this.dispatch({ kind: "failed", screen, text: textOf(error) });
    } finally {
      this.#lastRead = { at: performance.now(), took: performance.now() - since };
    }
  }

  #edit(edit: () => Promise<string>): void {
    this.#editing = this.#editing.then(async () => {
      try {
        this.dispatch({ kind: "edited", text: await edit() });
      } catch (error) {
        this.dispatch({ kind: "said", text: textOf(error), isError: true });
      }
    });
  }

  async #rivals(subject: Parameters<Edits["rivals"]>[0]): Promise<void> {
    try {
      const choice = await this.#edits.rivals(subject);
      if (choice) return this.dispatch({ kind: "rivals", choice });
      this.dispatch({ kind: "said", text: "No tags are in conflict here.", isError: false });
    } catch (error) {
      this.dispatch({ kind: "said", text: textOf(error), isError: true });
    }
  }

  /** Reads the page again if it goes on, or the log has moved. */
  async #look(): Promise<void> {
    const { at, took } = this.#lastRead;
    const quiet = performance.now() - at;
    const isLive = shown(this.#state).page?.isLive ?? false;
    if (quiet < (isLive ? took * SHARE : LOOK_EVERY)) return;
    const tip = await this.#log.log.tip().catch(() => this.#tip);
    if (!isLive && tip === this.#tip) return;
    this.#tip = tip;
    this.dispatch({ kind: "changed" });
  }

  #suspend(): void {
    this.#screen.leave();
    this.#device.stop();
    // Behind the stop, or at once where nobody could continue us.
    setImmediate(() => this.#continue());
  }

  #continue(): void {
    this.#continued = performance.now();
    this.#screen.leave();
    this.#screen.enter();
    this.dispatch({ kind: "resize", columns: this.#device.columns, lines: this.#device.rows });
  }
}

const STATUSES = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;
const HANGUP = STATUSES.SIGHUP;

function textOf(error: unknown): string {
  // A defect ends the console, which says so where it can be read.
  if (!(error instanceof RedunError)) throw error;
  return `${error.message}${error.hint ? `\n${error.hint}` : ""}`;
}
