import { isPromise } from "node:util/types";
import { RedunError } from "../errors.ts";
import { Attempt } from "./attempt.ts";
import { callTask } from "./call-task.ts";
import type { Outcome } from "./computation.ts";
import { inJob } from "./context.ts";
import { type CallExpression, expressionOf } from "./expression.ts";
import type { Needs } from "./limits.ts";
import type { LiveJob, ReusedJob } from "./live-job.ts";
import { isThenable } from "./pending-parts.ts";
import { hasTwins } from "./registry.ts";
import { callRemotely } from "./remote-call.ts";
import type { Served } from "./reuse.ts";
import type { SharedCall, SharedEnd } from "./shared-calls.ts";
import { type Listener, Settled, Step, type StepContext, sourcesOf } from "./step.ts";
import { argumentName, resultName } from "./value-names.ts";
import type { Workplace } from "./workplaces.ts";

/**
 * A task's call: its arguments are computed, its job begins. Either the function runs, or the job
 * takes what an equal call gave. What the function returned, or had returned then, is computed, and
 * the job ends.
 */
export class Call extends Step implements Listener {
  readonly #expression: CallExpression;
  #job: LiveJob | null = null;
  /** The equal call of this execution that was first, while this one waits for it. */
  #first: SharedCall | null = null;
  /** Where others look for the outcome of this one. */
  #shared: SharedCall | null = null;
  /** What the function returned, once it has, or what stands for it. */
  #returned: { readonly value: unknown } | null = null;
  #isTakenDown = false;
  /** Its function has been called, and has not come to an end. */
  #isAtWork = false;
  /** That call of its function, where it has a limit of any kind. */
  #attempt: Attempt | null = null;
  #attempts = 0;
  /**
   * What is to be done next: to run it; to wait for its turn, as what it needs is taken; to call its
   * function, as it is its turn.
   */
  #next: "run" | "enter" | "call" | null = null;
  /** Where its function is called; null for here and now. */
  #place: Workplace | null = null;
  /** Its arguments, where defaults were computed for them. */
  #bound: readonly unknown[] | null = null;

  constructor(evaluation: StepContext, expression: CallExpression, parent: LiveJob | null) {
    super(evaluation, parent);
    this.#expression = expression;
  }

  protected advance(): void {
    if (!this.#job) this.#begin();
    else if (this.#next) this.#goOn(this.#job, this.#next);
    else if (this.#first) this.#follow(this.#job, this.#first);
    if (this.#returned) this.#end(this.#job!, this.#returned.value);
  }

  #begin(): void {
    const { task, args, settings } = this.#expression;
    const { evaluation, parent } = this;
    evaluation.plan?.asked(this, this.#expression, parent);
    const inputs = args.map((arg, at) =>
      // Most arguments are, and there may be a million calls.
      typeof arg !== "object" || arg === null
        ? NO_INPUTS
        : evaluation.inputs(arg, parent, () => argumentName(task, at)),
    );
    const isPlain = inputs.every(({ length }) => length === 0);
    if (!isPlain && this.waitsFor(inputs.flat())) return;
    if (evaluation.stopped) throw evaluation.stopped;
    const values = isPlain ? args : args.map((arg) => evaluation.withResults(arg));
    const from = isPlain && !parent?.handed ? NO_SOURCES : this.#sourcesOfAll(values, inputs);
    const job = evaluation.jobs.begin({
      parent,
      task,
      args: values,
      from,
      checkValid: settings.checkValid ?? task.checkValid,
      tags: settings.tags ?? task.tags,
    });
    this.#job = job;
    evaluation.plan?.begun(this, job);
    this.sources = [job.id];
    if (job.refused) throw job.refused;
    this.#reuse(job);
  }

  /** Takes the outcome of an equal call, of this execution or an earlier one, if there is any. */
  #reuse(job: LiveJob): void {
    const { reuse, shared } = this.evaluation;
    const { task, settings } = this.#expression;
    const scope = settings.cacheScope ?? task.cacheScope;
    const isAmbiguous = reuse && scope !== "none" && hasTwins(task, reuse.format);
    if (scope !== "log") job.missed = { reason: "disabled" };
    else if (isAmbiguous) job.missed = { reason: "ambiguous" };
    const isReusable = reuse && scope !== "none" && !isAmbiguous;
    const argsHash = isReusable ? reuse.argsHash(job) : null;
    if (!reuse || argsHash === null) {
      this.#run(job);
      return;
    }
    // Of a program that ran in this execution, too, what it made may be another by now.
    if (settings.accepts) {
      this.#whenFound(job, reuse.find(job, settings.accepts), (served) => this.#take(job, served));
      return;
    }
    const taskId = task.id(reuse.format);
    const first = shared.find(taskId, argsHash);
    if (first) {
      this.#first = first;
      expectNotWithin(job, first.work?.job);
      this.#follow(job, first);
      return;
    }
    this.#shared = shared.begin(taskId, argsHash, job, this);
    const found = scope === "log" ? reuse.find(job) : null;
    this.#whenFound(job, found, (served) => this.#take(job, served));
  }

  /** Goes on at once, or when what is asked for has been read; runs where it is not there. */
  #whenFound<T>(job: LiveJob, found: T | null | Promise<T | null>, take: (found: T) => void): void {
    const goOn = (found: T | null) => {
      if (found !== null) take(found);
      else this.#run(job);
    };
    if (!isPromise(found)) {
      goOn(found);
      return;
    }
    const reading = this.evaluation.reuse?.reading;
    if (reading) this.evaluation.agenda.holdFor(reading);
    this.evaluation.listen(found, job, {
      fulfilled: (found) => {
        try {
          if (this.evaluation.stopped) throw this.evaluation.stopped;
          goOn(found as T | null);
          this.wake();
        } catch (error) {
          this.fail(error);
        }
      },
      rejected: (error) => this.fail(error),
    });
  }

  #take(job: LiveJob, { value, from, returned, below, needsBelow }: Served): void {
    job.reused = from;
    job.missed = null;
    job.returned = returned;
    job.needsBelow ||= needsBelow;
    if (below.length > 0) job.below = new Set(below);
    this.#isTakenDown = true;
    this.#returned = { value };
    this.evaluation.jobs.reused(job);
  }

  /** Waits for the equal call, and takes its outcome. */
  #follow(job: LiveJob, first: SharedCall): void {
    this.evaluation.plan?.shares(job);
    if (first.work && this.waitsFor([first.work.computation])) return;
    const { from, job: of, kept, failed } = first.end!;
    if (failed) throw failed.error;
    this.#first = null;
    const found = kept && this.evaluation.reuse!.again(kept);
    this.#whenFound(job, found, ({ value }) => {
      const { returned, below, needsBelow, tagged } = of ?? NOTHING_MORE;
      this.#take(job, { value, from, returned, below: [...(below ?? NONE)], needsBelow });
      if (tagged) this.evaluation.run.tag(value, job, tagged);
    });
  }

  /** Calls the function where it is to be called, once what it needs is free. */
  #run(job: LiveJob): void {
    const { evaluation, limits } = this;
    if (evaluation.plan) {
      evaluation.plan.runs(job);
      return;
    }
    const { task, settings } = this.#expression;
    const place = evaluation.workplaces.of(task, settings);
    if (place?.loading) {
      evaluation.listen(place.loading, job, {
        fulfilled: () => this.#later("run"),
        rejected: (error) => this.fail(error),
      });
      return;
    }
    this.#place = place;
    const enter = () => this.#later("enter");
    if (!limits || evaluation.limits.take(job, limits, enter)) this.#enter(job);
  }

  /** It has what it needs: waits for its turn, where not all that could work do so at once. */
  #enter(job: LiveJob): void {
    if (!this.#place || this.#place.take(job, () => this.#later("call"))) this.#call(job);
  }

  #later(next: "run" | "enter" | "call"): void {
    this.#next = next;
    this.wake();
  }

  #goOn(job: LiveJob, next: "run" | "enter" | "call"): void {
    this.#next = null;
    if (next === "call") this.#call(job);
    else if (next === "enter") this.#enter(job);
    else this.#run(job);
  }

  #call(job: LiveJob): void {
    const { evaluation, limits, timeout } = this;
    const place = this.#place;
    this.#isAtWork = true;
    this.#attempts++;
    if (limits || timeout !== undefined || place) {
      const leave = place && evaluation.workplaces.begin(job, place);
      this.#attempt = new Attempt(job, timeout, this, () => {
        leave?.();
        if (limits) evaluation.limits.giveBack(job);
      });
    }
    if (evaluation.stopped) throw evaluation.stopped;
    evaluation.jobs.runs(job);
    const bound = (args: readonly unknown[]) => {
      this.#bound = args;
      job.missed ??= { reason: "default" };
      evaluation.jobs.bound(job, args);
    };
    const context = { run: evaluation.run, job, signal: this.#attempt?.signal };
    const listener = this.#attempt ?? this;
    if (place?.executor) {
      evaluation.listen(this.#callAt(place, job, bound), job, {
        fulfilled: (outcome) => listener.fulfilled((outcome as { value: unknown }).value),
        rejected: (error) => listener.rejected(error),
      });
      return;
    }
    const returned = inJob(context, () => callTask(job, bound));
    // Not a lazy value, which is thenable too: it would be computed as nobody's child.
    if (isThenable(returned) && !expressionOf(returned)) {
      if (!place) evaluation.workplaces.foundAsynchronous(job.task);
      evaluation.listen(returned, job, listener);
    } else {
      this.#endWork();
      this.#returned = { value: returned };
    }
  }

  #callAt(place: Workplace, job: LiveJob, bound: (args: readonly unknown[]) => void) {
    const { evaluation } = this;
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

  /** Returns whether its function was at work. */
  #endWork(): boolean {
    const wasAtWork = this.#isAtWork;
    this.#isAtWork = false;
    this.#attempt?.end();
    this.#attempt = null;
    return wasAtWork;
  }

  private get limits(): Needs | undefined {
    const { task, settings } = this.#expression;
    return settings.limits ?? task.attempts.limits;
  }

  private get timeout(): number | undefined {
    const { task, settings } = this.#expression;
    return settings.timeout ?? task.attempts.timeout ?? this.evaluation.workplaces.defaults.timeout;
  }

  private get retries(): number {
    const { task, settings } = this.#expression;
    const { defaults } = this.evaluation.workplaces;
    return settings.retries ?? task.attempts.retries ?? defaults.retries ?? 0;
  }

  fulfilled(value: unknown): void {
    this.#endWork();
    this.#returned = { value };
    this.wake();
  }

  rejected(error: unknown): void {
    this.fail(error);
  }

  #end(job: LiveJob, returned: unknown): void {
    const { evaluation } = this;
    if (typeof returned !== "object" || returned === null) {
      this.#endWith(job, returned);
      return;
    }
    if (!this.#isTakenDown && this.waitsFor(evaluation.filesAhead(returned, job))) return;
    const inputs = evaluation.inputs(returned, job, () => resultName(job));
    if (inputs.length > 0 && !this.#isTakenDown) {
      this.#isTakenDown = true;
      // Before the calls in it run: they may change what they are given.
      evaluation.jobs.returned(job, returned);
    }
    if (!this.waitsFor(inputs)) this.#endWith(job, evaluation.withResults(returned));
  }

  #endWith(job: LiveJob, result: unknown): void {
    this.#boundByNow(job);
    this.evaluation.jobs.resulted(job, result);
    this.evaluation.jobs.end(job, job.reused ? "CACHED" : "DONE", result);
    this.#letGo(job, null);
    this.complete(result);
    this.#leave();
  }

  protected override fail(thrown: unknown): void {
    const job = this.#job;
    const error = job ? asError(job, thrown) : thrown;
    const wasAtWork = this.#endWork();
    if (job?.status === "RUNNING") {
      // A call that was taken anew fails by its own calls; one that waited fails as the first one.
      job.reused = this.#first?.end?.from ?? null;
      if (job.reused) job.missed = null;
      try {
        this.#boundByNow(job);
        const again = wasAtWork && this.#isTriedAgain(job);
        this.evaluation.jobs.end(job, "FAILED", error);
        if (again) {
          this.#tryAgain(job);
          return;
        }
        this.#letGo(job, { error });
      } catch (unrecorded) {
        super.fail(unrecorded);
        this.#leave();
        return;
      }
    }
    super.fail(error);
    this.#leave();
  }

  /** Whoever holds the call's lazy value need not hold all this. */
  #leave(): void {
    const expression = this.#expression;
    if (expression.computation === this) expression.computation = new Settled(this);
  }

  /** Whether what has failed is to be tried again: its number is a tag of each job then. */
  #isTriedAgain(job: LiveJob): boolean {
    const { retries } = this;
    if (retries === 0) return false;
    if (this.#attempts === 1) job.tags = [...job.tags, ["attempt", 1]];
    return this.#attempts <= retries && !this.evaluation.stopped;
  }

  /** Another job for the same call. */
  #tryAgain({ parent, task, args, from, checkValid }: LiveJob): void {
    const tags = this.#expression.settings.tags ?? task.tags;
    const job = this.evaluation.jobs.begin({
      parent,
      task,
      args,
      from,
      checkValid,
      tags: [...tags, ["attempt", this.#attempts + 1]],
    });
    this.#job = job;
    this.#bound = null;
    this.sources = [job.id];
    if (this.#shared) this.#shared.work = { job, computation: this };
    this.#next = "run";
    this.wake();
  }

  /** A default may have been a lazy value, that the task has awaited or returned since. */
  #boundByNow(job: LiveJob): void {
    const found = this.#bound?.map((arg) => this.evaluation.knownOf(arg));
    if (!found?.some((known) => known !== null)) return;
    job.from = found.map((known, at) => known?.sources ?? job.from[at] ?? NONE);
    const args = found.map((known, at) => (known ? known.value : this.#bound![at]));
    this.evaluation.jobs.bound(job, args);
  }

  /** A lazy value may live long; its job is recorded. */
  #letGo(job: LiveJob, failed: SharedEnd["failed"]): void {
    if (this.#shared) {
      const { kept } = job;
      this.#shared.end = { from: sourceOf(job), job: moreOf(job), kept, failed };
      this.#shared.work = null;
    }
    this.#shared = null;
    this.#bound = null;
    this.#job = null;
    this.#first = null;
    this.#returned = null;
  }

  #sourcesOfAll(values: readonly unknown[], inputs: readonly (readonly Outcome[])[]) {
    const sources = values.map((value, at) => this.#sourcesOf(value, inputs[at]!));
    return sources.some(({ length }) => length > 0) ? sources : NO_SOURCES;
  }

  /** Of a value that holds nothing lazy, what the job above got it from, if it awaited it. */
  #sourcesOf(value: unknown, inputs: readonly Outcome[]): readonly string[] {
    const sources = sourcesOf(inputs);
    return sources.length > 0 ? sources : (this.parent?.handed?.sourcesOf(value) ?? NONE);
  }
}

const NONE: readonly string[] = [];
const NO_INPUTS: readonly Outcome[] = [];
const NO_SOURCES: readonly (readonly string[])[] = [];

const NOTHING_MORE = { returned: null, below: null, needsBelow: false, tagged: null };

function moreOf({ returned, below, needsBelow, tagged }: LiveJob): SharedEnd["job"] {
  if (returned === null && !below && !needsBelow && !tagged) return null;
  return { returned, below, needsBelow, tagged };
}

/** Where those that take a job's outcome have it from: where the job has it from, if it made no calls. */
function sourceOf({ id, call, calls, reused }: LiveJob): ReusedJob {
  return reused && !calls ? reused : { job: id, call: call! };
}

/** @throws RedunError BAD_VALUE for a call that would wait for itself */
function expectNotWithin(job: LiveJob, first: LiveJob | undefined): void {
  if (!first) return;
  for (let above = job.parent; above; above = above.parent) {
    if (above !== first) continue;
    throw new RedunError(
      "BAD_VALUE",
      `${first.task.fullName} calls itself with the same arguments: it would wait for itself forever.`,
      'Equal calls of one run share a result. Give it other arguments, or make it `task({ cacheScope: "none" }, ...)`.',
    );
  }
}

/** A lazy value says nothing when it is thrown, and whoever looks at it fails. */
function asError({ id, task }: LiveJob, thrown: unknown): unknown {
  if (!expressionOf(thrown)) return thrown;
  return new RedunError(
    "BAD_VALUE",
    `Job ${id.slice(0, 8)} ${task.fullName} threw a lazy value.`,
    "`await` it first, and throw an error that holds what it gave.",
  );
}
