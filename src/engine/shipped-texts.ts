/** The texts of a call: what is sent to its worker, and what that answers. See docs/executors.md. */
import type { ObjectFormat } from "../git/backend.ts";
import type { TagPair } from "../tag/tag.ts";
import { tagValueOf } from "../tag/text.ts";
import { Fields } from "../value/value.ts";
import { expressionOf, type TagsToApply } from "./expression.ts";
import { withTags } from "./reduction.ts";
import { type ShippedError, shipError, thrownThere } from "./shipped-error.ts";
import { type Shipping, shippedFields, shippedText } from "./shipping.ts";

/** A call as it is sent. */
export interface SentCall {
  /** Full name of the task. */
  readonly task: string;
  /** That of its code: see `TaskDefinition.codeHash`. */
  readonly taskHash: string;
  /** Of ids: "sha1" or "sha256". */
  readonly format: ObjectFormat;
  /** The file that makes the task when it is loaded, from the top of the work tree; null for a task of ours. */
  readonly script: string | null;
  readonly execution: string;
  readonly job: string;
  /** The job's number in the execution. */
  readonly index: number;
  readonly args: readonly unknown[];
}

/** What a worker has to say of a call. */
export interface Answer {
  readonly outcome: { readonly value: unknown } | { readonly error: unknown };
  /** The arguments with defaults that were computed, if any were. */
  readonly bound: readonly unknown[] | null;
  /** What the task tagged. */
  readonly tagged: readonly AppliedTags[];
  /** Tags of the job alone. */
  readonly jobTags: readonly TagPair[];
}

export interface AppliedTags {
  readonly value: unknown;
  readonly applied: TagsToApply;
}

/** @throws RedunError NOT_SHIPPABLE, naming the argument */
export function writeCall(
  { args, format, taskHash, ...call }: SentCall,
  shipping: Shipping,
  argumentName: (at: number) => string,
): string {
  return shippedText("call", {
    ...call,
    task_hash: taskHash,
    object_format: format,
    args: args.map((arg, at) => shipping.write(arg, () => argumentName(at)).shipped),
  });
}

/** What stands around the arguments of a call, which are read once its task is there. */
export function readCall(text: string): Omit<SentCall, "args"> & { shippedArgs: unknown[] } {
  const { task_hash, object_format, args, ...fields } = shippedFields(text, "call");
  return {
    ...(fields as Pick<SentCall, "task" | "script" | "execution" | "job" | "index">),
    taskHash: task_hash as string,
    format: object_format as ObjectFormat,
    shippedArgs: args as unknown[],
  };
}

/** @throws RedunError NOT_SHIPPABLE */
export function writeAnswer(
  { outcome, bound, tagged, jobTags }: Answer,
  shipping: Shipping,
  resultName: () => string,
): string {
  return shipping.whole(() =>
    answerText({ outcome, bound, tagged, jobTags }, shipping, resultName),
  );
}

function answerText(
  { outcome, bound, tagged, jobTags }: Answer,
  shipping: Shipping,
  resultName: () => string,
): string {
  // In the order in which they are read: lazy values are counted.
  const args = bound?.map((arg) => shipping.write(arg, () => "A default").shipped);
  const tags = tagged.map(({ value, applied }) => {
    return shipping.write(withTags(value, applied), () => "What is tagged").shipped;
  });
  return shippedText("answer", {
    ...(args && { args }),
    ...(tags.length > 0 && { tagged: tags }),
    ...(jobTags.length > 0 && { job_tags: jobTags.map((pair) => new Fields([pair])) }),
    ...("error" in outcome
      ? shipError(outcome.error, shipping)
      : { result: shipping.write(outcome.value, resultName).shipped }),
  });
}

/** @throws RedunError EXECUTOR_FAILED, NOT_SHIPPABLE */
export function readAnswer(text: string, shipping: Shipping, resultName: () => string): Answer {
  const fields = shippedFields(text, "answer");
  const list = (key: string) => (fields[key] ?? []) as readonly unknown[];
  const read = (shipped: unknown) => shipping.read({ shipped }, resultName);
  const bound = "args" in fields ? list("args").map(read) : null;
  const tagged = list("tagged").map((one) => {
    const expression = expressionOf(read(one));
    return expression?.kind === "tags" ? [expression] : [];
  });
  const jobTags = list("job_tags").flatMap((one) =>
    Object.entries(one as object).map(([key, value]): TagPair => [key, tagValueOf(value, key)]),
  );
  const outcome =
    "error" in fields
      ? { error: thrownThere(fields as unknown as ShippedError, shipping) }
      : { value: read(fields.result) };
  return { outcome, bound, tagged: tagged.flat(), jobTags };
}

/** What a task asks its run to compute, and what it gets. */
export function writeWish(value: unknown, shipping: Shipping): string {
  return shipping.whole(() =>
    shippedText("wish", { value: shipping.write(value, () => "What is awaited").shipped }),
  );
}

export function readWish(text: string, shipping: Shipping): unknown {
  const { value } = shippedFields(text, "wish");
  return shipping.read({ shipped: value }, () => "What is awaited");
}

/** How a wish came out. What cannot be sent is a failure. */
export function writeReply(outcome: Answer["outcome"], shipping: Shipping): string {
  if ("error" in outcome) return shippedText("reply", { ...shipError(outcome.error, shipping) });
  try {
    const value = shipping.write(outcome.value, () => "What was awaited").shipped;
    return shippedText("reply", { value });
  } catch (error) {
    return writeReply({ error }, shipping);
  }
}

/** @throws what it failed with */
export function readReply(text: string, shipping: Shipping): unknown {
  const fields = shippedFields(text, "reply");
  if ("error" in fields) throw thrownThere(fields as unknown as ShippedError, shipping);
  return shipping.read({ shipped: fields.value }, () => "What was awaited");
}
