/** After so many milliseconds without another call an array is complete, */
const QUIET = 50;
/** and at the latest after so many. */
const PATIENCE = 1000;

/**
 * Gathers things that come one by one into groups of equal kind, which are given away when no more come, or
 * when they are full.
 */
export class Gathering<Item> {
  readonly #give: (kind: string, items: Item[]) => void;
  readonly #groups = new Map<string, Group<Item>>();

  constructor(give: (kind: string, items: Item[]) => void) {
    this.#give = give;
  }

  /** @param most how many a group may have */
  add(kind: string, item: Item, most: number): void {
    let group = this.#groups.get(kind);
    if (!group) {
      group = { items: new Set(), begun: performance.now(), timer: undefined };
      this.#groups.set(kind, group);
    }
    group.items.add(item);
    if (group.items.size >= most) {
      this.#close(kind, group);
      return;
    }
    const left = Math.max(0, group.begun + PATIENCE - performance.now());
    clearTimeout(group.timer);
    group.timer = setTimeout(() => this.#close(kind, group), Math.min(QUIET, left));
  }

  /** Takes back what was not given away yet. Returns whether it was there. */
  remove(kind: string, item: Item): boolean {
    return this.#groups.get(kind)?.items.delete(item) ?? false;
  }

  #close(kind: string, group: Group<Item>): void {
    clearTimeout(group.timer);
    this.#groups.delete(kind);
    if (group.items.size > 0) this.#give(kind, [...group.items]);
  }
}

interface Group<Item> {
  readonly items: Set<Item>;
  /** When its first one came, in milliseconds of `performance.now`. */
  readonly begun: number;
  timer: NodeJS.Timeout | undefined;
}
