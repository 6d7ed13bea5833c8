import { Attempt } from "./attempt.ts";
import { callTask } from "./call-task.ts";
import { inJob } from "./context.ts";
import { type CallExpression, expressionOf } from "./expression.ts";
import type { Needs } from "./limits.ts";
import type { LiveJob } from "./live-job.ts";
import { isThenable } from "./pending-parts.ts";
import { callRemotely } from "./remote-call.ts";
import type { Listener, StepContext } from "./step.ts";
import type { Workplace } from "./workplaces.ts";

/** What a function returned at once. */
export interface Returned {
  readonly value: unknown;
}

/** Hears what becomes of a call, and wakes to let it go on. */
interface Caller extends Listener {
  wake(): void;
}

/** What is to be done next: to run it; to wait for its turn, as it has what it needs; to call it, as it is its turn. */
type Next = "run" | "enter" | "call";

/**
 * The call of a job's function, here or elsewhere, as soon as what it needs is free; again where it fails and is to
 * be tried again.
 */
export class FunctionCall {
  readonly #evaluation: StepContext;
  readonly #expression: CallExpression;
  readonly #caller: Caller;
  #next: Next | null = null;
  /** It has been called, and has not come to an end. */
  #isAtWork = false;
  /** That call, where it has a limit of any kind. */
  #attempt: Attempt | null = null;
  #attempts = 0;
  /** Where it is called; null for here and now. */
  #place: Workplace | null = null;
  /** Its arguments, where defaults were computed for them. */
  #bound: readonly unknown[] | null = null;

  constructor(evaluation: StepContext, expression: CallExpression, caller: Caller) {
    this.#evaluation = evaluation;
    this.#expression = expression;
    this.#caller = caller;
  }

  /** How often it has been called. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Whether it waited for something, and can go on. */
  get isDue(): boolean {
    return this.#next !== null;
  }

  /** Calls it, once what it needs is free. Returns what it gave, where it gave that at once. */
  run(job: LiveJob): Returned | null {
    const { limits, workplaces } = this.#evaluation;
    const { task, settings } = this.#expression;
    const place = workplaces.of(task, settings);
    if (place?.loading) {
      this.#evaluation.listen(place.loading, job, {
        fulfilled: () => this.#later("run"),
        rejected: (error) => this.#caller.rejected(error),
      });
      return null;
    }
    this.#place = place;
    const { needs } = this;
    const isFree = !needs || limits.take(job, needs, () => this.#later("enter"));
    return isFree ? this.#enter(job) : null;
  }

  /** Does what is due. Returns what the function gave, where it gave that at once. */
  goOn(job: LiveJob): Returned | null {
    const next = this.#next;
    this.#next = null;
    if (next === "call") return this.#call(job);
    return next === "enter" ? this.#enter(job) : this.run(job);
  }

  /** It is over, or nobody waits for it. Returns whether the function was at work. */
  end(): boolean {
    const wasAtWork = this.#isAtWork;
    this.#isAtWork = false;
    this.#attempt?.end();
    this.#attempt = null;
    return wasAtWork;
  }

  /** Whether what has failed is to be tried again: its number is a tag of each job then. */
  isTriedAgain(job: LiveJob): boolean {
    const { retries } = this;
    if (retries === 0) return false;
    if (this.#attempts === 1) job.tags = [...job.tags, ["attempt", 1]];
    return this.#attempts <= retries && !this.#evaluation.stopped;
  }

  /** Lets its caller run it again. */
  again(): void {
    this.#bound = null;
    this.#later("run");
  }

  /** A default may have been a lazy value, that the task has awaited or returned since. */
  boundByNow(job: LiveJob): void {
    const found = this.#bound?.map((arg) => this.#evaluation.knownOf(arg));
    if (!found?.some((known) => known !== null)) return;
    job.from = found.map((known, at) => known?.sources ?? job.from[at] ?? NONE);
    const args = found.map((known, at) => (known ? known.value : this.#bound![at]));
    this.#evaluation.jobs.bound(job, args);
  }

  /** It has what it needs: waits for its turn, where not all that could work do so at once. */
  #enter(job: LiveJob): Returned | null {
    const isItsTurn = !this.#place || this.#place.take(job, () => this.#later("call"));
    return isItsTurn ? this.#call(job) : null;
  }

  #later(next: Next): void {
    this.#next = next;
    this.#caller.wake();
  }

  #call(job: LiveJob): Returned | null {
    const evaluation = this.#evaluation;
    const { needs, timeout } = this;
    const place = this.#place;
    this.#isAtWork = true;
    this.#attempts++;
    if (needs || timeout !== undefined || place) {
      const leave = place && evaluation.workplaces.begin(job, place);
      this.#attempt = new Attempt(job, timeout, this.#caller, () => {
        leave?.();
        if (needs) evaluation.limits.giveBack(job);
      });
    }
    if (evaluation.stopped) throw evaluation.stopped;
    evaluation.jobs.runs(job);
    const bound = (args: readonly unknown[]) => {
      this.#bound = args;
      job.missed ??= { reason: "default" };
      evaluation.jobs.bound(job, args);
    };
    const listener = this.#attempt ?? this.#caller;
    if (place?.executor) {
      evaluation.listen(this.#callAt(place, job, bound), job, {
        fulfilled: (outcome) => listener.fulfilled((outcome as Returned).value),
        rejected: (error) => listener.rejected(error),
      });
      return null;
    }
    const context = { run: evaluation.run, job, signal: this.#attempt?.signal };
    const began = timeout === undefined ? 0 : performance.now();
    const returned = inJob(context, () => callTask(job, bound));
    // Not a lazy value, which is thenable too: it would be computed as nobody's child.
    if (isThenable(returned) && !expressionOf(returned)) {
      if (!place) evaluation.workplaces.foundAsynchronous(job.task);
      evaluation.listen(returned, job, listener);
      return null;
    }
    this.end();
    if (timeout !== undefined && performance.now() - began > timeout * 1000) {
      evaluation.jobs.overran(job, timeout);
    }
    return { value: returned };
  }

  #callAt(place: Workplace, job: LiveJob, bound: (args: readonly unknown[]) => void) {
    const evaluation = this.#evaluation;
    const { task, settings } = this.#expression;
    return callRemotely({
      ...evaluation.workplaces.remote(place, task, settings),
      job,
      run: evaluation.run,
      format: evaluation.jobs.format,
      argsHash: evaluation.reuse?.argsHash(job) ?? null,
      signal: this.#attempt?.signal,
      isFirst: this.#attempts === 1,
      bound,
      heartbeat: (state) => evaluation.jobs.heard(job, state),
    });
  }

  private get needs(): Needs | undefined {
    const { task, settings } = this.#expression;
    return settings.limits ?? task.attempts.limits;
  }

  private get timeout(): number | undefined {
    const { task, settings } = this.#expression;
    return (
      settings.timeout ?? task.attempts.timeout ?? this.#evaluation.workplaces.defaults.timeout
    );
  }

  private get retries(): number {
    const { task, settings } = this.#expression;
    const { defaults } = this.#evaluation.workplaces;
    return settings.retries ?? task.attempts.retries ?? defaults.retries ?? 0;
  }
}

const NONE: readonly never[] = [];
