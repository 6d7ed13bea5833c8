import { availableParallelism } from "node:os";
import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";

/** How much of each resource is needed, by name: `{ gpu: 2 }`. */
export type Needs = Readonly<Record<string, number>>;

/** What programs that a run starts need one of, each. */
export const PROGRAMS = "programs";

/**
 * How much of each resource there is, by git config `redun.limit.<name>`: 1 where that is not set, and one
 * program for each core.
 * @throws RedunError BAD_CONFIG for a total that is no whole number from 1 on
 */
export function configuredLimits(config: GitConfig | null): (name: string) => number {
  return (name) => {
    const key = `redun.limit.${name}`;
    const text = /^[A-Za-z0-9-]+$/.test(name) ? config?.get(key) : undefined;
    if (text === undefined) return name === PROGRAMS ? availableParallelism() : 1;
    if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
    throw new RedunError(
      "BAD_CONFIG",
      `git config ${key} is "${text}", and no whole number from 1 on.`,
      `How many there are at once: \`git config ${key} 4\`.`,
    );
  };
}

/** Somebody who waits for a resource, and who has it. */
export interface LimitWait<Job> {
  readonly job: Job;
  readonly name: string;
  readonly count: number;
  readonly heldBy: readonly Job[];
}

/**
 * Shares limited resources: a call that needs some waits until they are free. First come, first served,
 * except that a call that needs little may overtake one that waits for much.
 */
export class Limits<Job extends object = object> {
  readonly #totalOf: (name: string) => number;
  readonly #free = new Map<string, number>();
  readonly #waiting: { readonly job: Job; readonly needs: Needs; readonly goOn: () => void }[] = [];
  readonly #held = new Map<Job, Needs>();

  constructor(totalOf: (name: string) => number) {
    this.#totalOf = totalOf;
  }

  /**
   * Takes what a job needs. Returns whether it was free; if not, `goOn` is called once it has been taken.
   * @throws RedunError BAD_TASK for more than there is; BAD_CONFIG
   */
  take(job: Job, needs: Needs, goOn: () => void): boolean {
    for (const [name, count] of Object.entries(needs)) this.#expectEnough(name, count);
    if (this.#takeNow(job, needs)) return true;
    this.#waiting.push({ job, needs, goOn });
    return false;
  }

  /** Gives back what a job took. */
  giveBack(job: Job): void {
    for (const [name, count] of Object.entries(this.#held.get(job) ?? {})) {
      this.#free.set(name, this.#freeOf(name) + count);
    }
    this.#held.delete(job);
    for (let at = 0; at < this.#waiting.length; ) {
      const { job, needs, goOn } = this.#waiting[at]!;
      if (!this.#takeNow(job, needs)) at++;
      else {
        this.#waiting.splice(at, 1);
        goOn();
      }
    }
  }

  /** Those who wait, in their order, each with one thing of those that it lacks. */
  get waits(): LimitWait<Job>[] {
    return this.#waiting.map(({ job, needs }) => {
      const all = Object.entries(needs);
      const [name, count] = all.find(([name, count]) => this.#freeOf(name) < count) ?? all[0]!;
      const heldBy = [...this.#held].filter(([, needs]) => needs[name]).map(([job]) => job);
      return { job, name, count, heldBy };
    });
  }

  #takeNow(job: Job, needs: Needs): boolean {
    const all = Object.entries(needs);
    if (!all.every(([name, count]) => this.#freeOf(name) >= count)) return false;
    for (const [name, count] of all) this.#free.set(name, this.#freeOf(name) - count);
    this.#held.set(job, needs);
    return true;
  }

  #freeOf(name: string): number {
    return this.#free.get(name) ?? this.#totalOf(name);
  }

  #expectEnough(name: string, count: number): void {
    const total = this.#totalOf(name);
    if (count <= total) return;
    throw new RedunError(
      "BAD_TASK",
      `A task needs ${count} of "${name}", and there are ${total}: it would wait forever.`,
      `Say how many there are: \`git config redun.limit.${name} ${count}\`.`,
    );
  }
}
