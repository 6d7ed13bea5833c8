/** Deeper than this, calls wait as one depth. */
const MAX_DEPTH = 64;
/** What goes on after it has waited. */
const GOES_ON = MAX_DEPTH + 1;

/** How deep in the tree of jobs a job is, as far as that counts here. */
export function depthOf(job: { readonly parent: unknown }): number {
  let depth = 0;
  for (let at = job; at.parent && depth < MAX_DEPTH; depth++) at = at.parent as typeof job;
  return depth;
}

/**
 * So many calls may be at work at once. Of those that wait, the deepest in the tree of jobs goes first, and
 * what goes on after it has waited before all: so few calls are begun and not ended.
 */
export class Slots {
  #free: number;
  /** By depth, those that wait, in their order. */
  readonly #waiting = new Map<number, Waiting>();

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Takes a slot. Returns whether one was free; if not, `goOn` is called once it has been taken.
   * @param depth of the job that asks
   */
  take(depth: number, goOn: () => void): boolean {
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    const waiting = this.#waiting.get(depth) ?? new Waiting();
    this.#waiting.set(depth, waiting);
    waiting.add(goOn);
    return false;
  }

  giveBack(): void {
    this.#free++;
    const next = this.#next();
    if (!next) return;
    this.#free--;
    next();
  }

  #next(): (() => void) | undefined {
    if (this.#waiting.size === 0) return undefined;
    const deepest = Math.max(...this.#waiting.keys());
    const waiting = this.#waiting.get(deepest)!;
    const next = waiting.take();
    if (waiting.isEmpty) this.#waiting.delete(deepest);
    return next;
  }
}

/** A queue that does not move its items. */
class Waiting {
  readonly #items: (() => void)[] = [];
  #taken = 0;

  get isEmpty(): boolean {
    return this.#taken === this.#items.length;
  }

  add(item: () => void): void {
    this.#items.push(item);
  }

  take(): () => void {
    return this.#items[this.#taken++]!;
  }
}

/** The slot of one call: it is free for others while the call waits for the jobs that it made. */
export class Slot {
  readonly #slots: Slots;
  #awaited = 0;
  #isOver = false;

  /** @param slots of which one has been taken */
  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** Waits for other jobs, and then for a slot to go on with. */
  async during<T>(awaited: Promise<T>): Promise<T> {
    if (this.#awaited++ === 0 && !this.#isOver) this.#slots.giveBack();
    try {
      return await awaited;
    } finally {
      await this.#goOn();
    }
  }

  async #goOn(): Promise<void> {
    if (this.#awaited === 1 && !this.#isOver) {
      await new Promise<void>((goOn) => {
        if (this.#slots.take(GOES_ON, goOn)) goOn();
      });
      // It may have ended meanwhile, or wait for something else by now.
      if (this.#isOver || this.#awaited > 1) this.#slots.giveBack();
    }
    this.#awaited--;
  }

  /** The call is over. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#awaited === 0) this.#slots.giveBack();
  }
}
