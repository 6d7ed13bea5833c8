import type { Cluster } from "./cluster.ts";
import type { WatchedArray } from "./watch.ts";

/** Ends elements that nobody waits for: a thousand that are given up at once by few commands. */
export class Cancelling {
  readonly #cluster: Cluster;
  #unwanted = new Map<WatchedArray, number[]>();
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  add(array: WatchedArray, element: number): void {
    array.folder.withdraw(element);
    const elements = this.#unwanted.get(array);
    if (elements) elements.push(element);
    else this.#unwanted.set(array, [element]);
    this.#timer ??= setTimeout(() => this.#cancel(), 20);
  }

  /** Resolves when the engine has been told of all. */
  async done(): Promise<void> {
    this.#cancel();
    await this.#last;
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const unwanted = this.#unwanted;
    if (unwanted.size === 0) return;
    this.#unwanted = new Map();
    const elements = new Map(
      [...unwanted].map(([{ job, size }, elements]) => {
        const isWhole = elements.length === size;
        return [job, isWhole ? ("all" as const) : elements];
      }),
    );
    this.#last = this.#last.then(() => this.#cluster.cancel(elements));
  }
}
