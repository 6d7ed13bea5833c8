/**
 * Which jobs run, against a model that knows nothing of records: random graphs of tasks, edited at
 * random, run again and again.
 */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Scheduler, task } from "../../src/api.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

/** How a task gets at its children, and whose results it takes. */
const KINDS = ["lazy", "await", "shallow", "execution", "none"] as const;

interface TaskPlan {
  readonly kind: (typeof KINDS)[number];
  /** The tasks that it calls, all of a higher number, and what it adds to its argument. */
  readonly calls: readonly { readonly to: number; readonly plus: number }[];
}

interface Plan {
  readonly tasks: readonly TaskPlan[];
  /** Before each run, which tasks get which version. */
  readonly runs: readonly (readonly { readonly task: number; readonly version: number }[])[];
}

const MOST_TASKS = 6;

const plan: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: MOST_TASKS }).chain((count) =>
  fc.record({
    tasks: fc.tuple(
      ...Array.from({ length: count }, (_, number) =>
        fc.record({
          kind: fc.oneof(
            { weight: 3, arbitrary: fc.constant("lazy" as const) },
            fc.constantFrom(...KINDS),
          ),
          calls: fc.array(
            fc.record({
              to: fc.integer({ min: number + 1, max: count }),
              plus: fc.integer({ min: 0, max: 1 }),
            }),
            { maxLength: 3 },
          ),
        }),
      ),
    ),
    runs: fc.array(
      fc.array(
        fc.record({
          task: fc.integer({ min: 0, max: count - 1 }),
          version: fc.integer({ min: 1, max: 3 }),
        }),
        { maxLength: 2 },
      ),
      { minLength: 2, maxLength: 5 },
    ),
  }),
);

/** Calls of tasks that there are: the last number stands for none. */
function callsOf({ tasks }: Plan, number: number) {
  return tasks[number]!.calls.filter(({ to }) => to < tasks.length);
}

type AnyTask = (n: number) => number;

/** The tasks of a plan, in these versions. */
function tasksOf(plan: Plan, versions: readonly number[]): AnyTask[] {
  const sum = task({ name: "sum" }, (parts: number[], own: number) =>
    parts.reduce((a, b) => a + b, own),
  );
  const made: AnyTask[] = [];
  for (let number = plan.tasks.length - 1; number >= 0; number--) {
    const { kind } = plan.tasks[number]!;
    const version = versions[number]!;
    const parts = (n: number) => callsOf(plan, number).map(({ to, plus }) => made[to]!(n + plus));
    const fn =
      kind === "await"
        ? async (n: number) =>
            (await Promise.all(parts(n))).reduce((a, b) => a + b, version * 100 + n)
        : (n: number) => sum(parts(n), version * 100 + n);
    const options = {
      name: `t${number}`,
      version: String(version),
      ...(kind === "shallow" && { checkValid: "shallow" as const }),
      ...((kind === "execution" || kind === "none") && { cacheScope: kind }),
    };
    made[number] = task(options, fn) as unknown as AnyTask;
  }
  return made;
}

/** What a call gave, for those that make it again. */
interface Outcome {
  readonly value: number;
  /** The tasks below it, with their versions. */
  readonly below: ReadonlySet<string>;
}

/** What is known of earlier runs: of each call, the tasks below it each time. */
class Model {
  readonly #plan: Plan;
  readonly #seen = new Map<string, Outcome[]>();
  #shared = new Map<string, Outcome>();
  #ran: string[] = [];
  #versions: readonly number[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  run(versions: readonly number[]): { value: number; ran: string[] } {
    this.#versions = versions;
    this.#shared = new Map();
    this.#ran = [];
    const added = new Map(this.#seen);
    const { value } = this.#call(0, 1);
    for (const [key, outcome] of this.#shared) {
      this.#seen.set(key, [...(added.get(key) ?? []), outcome]);
    }
    return { value, ran: this.#ran.sort() };
  }

  #call(number: number, n: number): Outcome {
    const { kind } = this.#plan.tasks[number]!;
    const name = this.#name(number);
    const key = `${name}(${n})`;
    const shared = kind === "none" ? undefined : this.#shared.get(key);
    if (shared) return shared;
    const isOpen = kind === "lazy" || kind === "await" || kind === "shallow";
    const earlier = isOpen ? (this.#seen.get(key) ?? []) : [];
    const isWhole = kind === "await" || kind === "shallow";
    const valid = earlier.find(
      ({ below }) => !isWhole || [...below].every((one) => this.#isCurrent(one)),
    );
    if (!valid) this.#ran.push(key);
    if (valid && isWhole) {
      this.#shared.set(key, valid);
      return valid;
    }
    const below = new Set<string>();
    const parts = callsOf(this.#plan, number).map(({ to, plus }) => {
      const part = this.#call(to, n + plus);
      below.add(this.#name(to));
      for (const one of part.below) below.add(one);
      return part.value;
    });
    const own = this.#versions[number]! * 100 + n;
    const isAwaited = kind === "await";
    const value = isAwaited ? parts.reduce((a, b) => a + b, own) : this.#sum(parts, own);
    if (!isAwaited) below.add("sum");
    const outcome = { value, below };
    this.#shared.set(key, outcome);
    return outcome;
  }

  #sum(parts: readonly number[], own: number): number {
    const key = `sum(${parts.join()};${own})`;
    const value = parts.reduce((a, b) => a + b, own);
    if (!this.#shared.has(key)) {
      if (!this.#seen.has(key)) this.#ran.push(key);
      this.#shared.set(key, { value, below: new Set() });
    }
    return value;
  }

  #name(number: number): string {
    return `t${number}@${this.#versions[number]}`;
  }

  #isCurrent(name: string): boolean {
    return name === "sum" || this.#plan.tasks.some((_, number) => this.#name(number) === name);
  }
}

const cache = suite("the result cache and its model");

cache("the same jobs run", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (plan) => {
      const repository = temporaryRepository();
      try {
        await check(plan, repository.dir);
      } finally {
        repository.remove();
      }
    }),
    { numRuns: repeats(25) },
  );
});

async function check(plan: Plan, dir: string): Promise<void> {
  const model = new Model(plan);
  const versions: number[] = plan.tasks.map(() => 1);
  const known = new Set<string>();
  for (const edits of plan.runs) {
    for (const { task, version } of edits) versions[task] = version;
    const expected = model.run([...versions]);
    const [root] = tasksOf(plan, [...versions]);
    const value = await new Scheduler({ cwd: dir }).run(root!(1));
    const jobs = recorded(dir).jobs.filter(({ id }) => !known.has(id));
    for (const { id } of jobs) known.add(id);
    const ran = jobs
      .filter(({ status }) => status === "DONE")
      .map(({ task, args }) => {
        const [first, own] = [...args.values()];
        if (task === "sum") return `sum(${(first as number[]).join()};${own})`;
        return `${task}@${versions[Number(task.slice(1))]}(${first})`;
      });
    assert.equal(ran.sort(), expected.ran);
    assert.is(value, expected.value);
  }
}

cache.run();
