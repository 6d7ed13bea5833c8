import { isPromise } from "node:util/types";
import { RedunError } from "../errors.ts";
import type { Outcome } from "./computation.ts";
import { type CallExpression, expressionOf } from "./expression.ts";
import { FunctionCall } from "./function-call.ts";
import type { LiveJob } from "./live-job.ts";
import { hasTwins } from "./registry.ts";
import type { Served } from "./reuse.ts";
import { expectNotWithin, type SharedCall, type SharedEnd, sharedEnd } from "./shared-calls.ts";
import { type Listener, Settled, Step, type StepContext, sourcesOf } from "./step.ts";
import { argumentName, resultName } from "./value-names.ts";

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
  /** The call of its function, once that is to be called. */
  #function: FunctionCall | null = null;

  constructor(evaluation: StepContext, expression: CallExpression, parent: LiveJob | null) {
    super(evaluation, parent);
    this.#expression = expression;
  }

  protected advance(): void {
    if (!this.#job) this.#begin();
    else if (this.#function?.isDue) this.#returned = this.#function.goOn(this.#job);
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

  /** Calls the function. */
  #run(job: LiveJob): void {
    const { evaluation } = this;
    if (evaluation.plan) {
      evaluation.plan.runs(job);
      return;
    }
    this.#function ??= new FunctionCall(evaluation, this.#expression, this);
    this.#returned = this.#function.run(job);
  }

  fulfilled(value: unknown): void {
    this.#function?.end();
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
    if (!this.#isTakenDown && this.waitsFor(evaluation.fileHashes(returned, job))) return;
    const inputs = evaluation.inputs(returned, job, () => resultName(job));
    if (inputs.length > 0 && !this.#isTakenDown) {
      this.#isTakenDown = true;
      // Before the calls in it run: they may change what they are given.
      evaluation.jobs.returned(job, returned);
    }
    if (!this.waitsFor(inputs)) this.#endWith(job, evaluation.withResults(returned));
  }

  #endWith(job: LiveJob, result: unknown): void {
    this.#function?.boundByNow(job);
    this.evaluation.jobs.resulted(job, result);
    this.evaluation.jobs.end(job, job.reused ? "CACHED" : "DONE", result);
    this.#letGo(job, null);
    this.complete(result);
    this.#leave();
  }

  protected override fail(thrown: unknown): void {
    const job = this.#job;
    const error = job ? asError(job, thrown) : thrown;
    const wasAtWork = this.#function?.end() ?? false;
    if (job?.status === "RUNNING") {
      // A call that was taken anew fails by its own calls; one that waited fails as the first one.
      job.reused = this.#first?.end?.from ?? null;
      if (job.reused) job.missed = null;
      try {
        this.#function?.boundByNow(job);
        const again = wasAtWork && this.#function!.isTriedAgain(job);
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

  /** Another job for the same call. */
  #tryAgain({ parent, task, args, from, checkValid }: LiveJob): void {
    const tags = this.#expression.settings.tags ?? task.tags;
    const job = this.evaluation.jobs.begin({
      parent,
      task,
      args,
      from,
      checkValid,
      tags: [...tags, ["attempt", this.#function!.attempts + 1]],
    });
    this.#job = job;
    this.sources = [job.id];
    if (this.#shared) this.#shared.work = { job, computation: this };
    this.#function!.again();
  }

  /** A lazy value may live long; its job is recorded. */
  #letGo(job: LiveJob, failed: SharedEnd["failed"]): void {
    if (this.#shared) {
      this.#shared.end = sharedEnd(job, failed);
      this.#shared.work = null;
    }
    this.#shared = null;
    this.#function = null;
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

/** A lazy value says nothing when it is thrown, and whoever looks at it fails. */
function asError({ id, task }: LiveJob, thrown: unknown): unknown {
  if (!expressionOf(thrown)) return thrown;
  return new RedunError(
    "BAD_VALUE",
    `Job ${id.slice(0, 8)} ${task.fullName} threw a lazy value.`,
    "`await` it first, and throw an error that holds what it gave.",
  );
}
