import type { JobHandle, RunHandle } from "../engine/context.ts";
import type { Expression, TagsToApply } from "../engine/expression.ts";
import { lazy } from "../engine/lazy.ts";
import { type AppliedTags, readReply, type SentCall, writeWish } from "../engine/shipped-texts.ts";
import { Shipping } from "../engine/shipping.ts";
import { RedunError } from "../errors.ts";
import type { TagPair } from "../tag/tag.ts";

/** Asks the process of the run for what a task awaits. */
export type Ask = (wish: string) => Promise<string>;

/** The run as a task in a worker sees it: what it does there is told when its call is answered. */
export class WorkerRun implements RunHandle {
  readonly execution: string;
  readonly root: string | null;
  /** It may be that of another machine. */
  readonly commonDir = null;
  readonly signal: AbortSignal;
  readonly tagged: AppliedTags[] = [];
  readonly jobTags: TagPair[] = [];
  readonly #call: Pick<SentCall, "task" | "format">;
  readonly #shipping: Shipping;
  readonly #ask: Ask | null;

  /** @param ask null where nobody can be asked */
  constructor(
    call: Pick<SentCall, "task" | "format" | "execution">,
    root: string | null,
    shipping: Shipping,
    ask: Ask | null,
    signal: AbortSignal,
  ) {
    this.execution = call.execution;
    this.root = root;
    this.signal = signal;
    this.#call = call;
    this.#shipping = shipping;
    this.#ask = ask;
  }

  async awaited(expression: Expression): Promise<unknown> {
    if (!this.#ask) throw nobodyToAsk(this.#call.task);
    const reply = await this.#ask(writeWish(lazy(expression), this.#shipping));
    return readReply(reply, this.#shipping);
  }

  tag(value: unknown, _job: JobHandle | null, applied: TagsToApply): void {
    // As it is now: it may be changed later.
    const own = new Shipping(this.#call.format, this.root);
    const what = () => "What is tagged";
    this.tagged.push({ value: own.read(own.write(value, what), what), applied });
  }

  tagJob(_job: JobHandle, tags: readonly TagPair[]): void {
    this.jobTags.push(...tags);
  }
}

function nobodyToAsk(task: string): RedunError {
  return new RedunError(
    "NOT_IN_A_RUN",
    `${task} awaits another task where only its own call was sent.`,
    "Return the other task's call in place of awaiting it: it is computed where the run is.",
  );
}
