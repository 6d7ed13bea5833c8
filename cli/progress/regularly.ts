/** A timer that is later than this, in milliseconds, comes after work without a pause, */
const LATE = 500;
/** and what such work ends has so long to end, too. */
const SETTLES = 100;

/**
 * Does something every so many milliseconds. After work that let no timer in, it waits a moment: what is
 * about to be over then has its end told, and nothing before.
 */
export class Regularly {
  #timer: NodeJS.Timeout | undefined;
  readonly #every: number;
  readonly #act: () => void;

  constructor(every: number, act: () => void) {
    this.#every = every;
    this.#act = act;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    const due = performance.now() + this.#every;
    this.#after(this.#every, () => {
      if (performance.now() - due < LATE) this.#tick();
      else this.#after(SETTLES, () => this.#tick());
    });
  }

  #tick(): void {
    this.#wait();
    this.#act();
  }

  #after(milliseconds: number, act: () => void): void {
    this.#timer = setTimeout(act, milliseconds).unref();
  }
}
