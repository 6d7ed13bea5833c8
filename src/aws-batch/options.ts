import { badOption, megabytes, positiveNumber } from "../cluster/options.ts";
import { RedunError } from "../errors.ts";

/** Options that it takes in addition to `memory` and `cpus`. */
export const OPTIONS: readonly string[] = ["time", "gpus", "queue", "definition"];

const TITLE = "AWS Batch";

/** What a job is submitted with. */
export interface BatchRequest {
  readonly queue: string;
  /** The name of a job definition, with or without a revision, or its ARN. */
  readonly definition: string;
  readonly resources: readonly {
    readonly type: "VCPU" | "MEMORY" | "GPU";
    readonly value: string;
  }[];
  /** Seconds; null where the definition says it. */
  readonly time: number | null;
}

/** Batch takes none below. */
const SHORTEST = 60;

/**
 * What Batch is told of a task's options.
 * @param byDefault says it where the task does not
 * @throws RedunError BAD_TASK for what it cannot mean, BAD_CONFIG where queue or definition are missing
 */
export function batchRequest(
  options: Readonly<Record<string, unknown>>,
  byDefault: (option: string) => string | undefined,
): BatchRequest {
  const given = (name: string) => options[name] ?? byDefault(name);
  const number = (name: string) => positiveNumber(TITLE, name, given(name));
  const text = (name: string) => {
    const value = given(name);
    if (typeof value === "string" && value !== "") return value;
    if (value === undefined) throw notSaid(name);
    throw badOption(TITLE, name, value, "a text");
  };
  const [cpus, memory, gpus, time] = ["cpus", "memory", "gpus", "time"].map(number);
  return {
    queue: text("queue"),
    definition: text("definition"),
    resources: [
      ...(cpus === undefined ? [] : [{ type: "VCPU" as const, value: String(cpus) }]),
      ...(memory === undefined
        ? []
        : [{ type: "MEMORY" as const, value: String(megabytes(memory)) }]),
      ...(gpus === undefined ? [] : [{ type: "GPU" as const, value: String(gpus) }]),
    ],
    time: time === undefined ? null : Math.max(SHORTEST, Math.ceil(60 * time)),
  };
}

function notSaid(name: string): RedunError {
  return new RedunError(
    "BAD_CONFIG",
    `AWS Batch needs a ${name === "queue" ? "job queue" : "job definition"}, and none is named.`,
    `Name one with \`git config redun.executor.aws_batch.${name} <name>\`, or with \`task({ ${name}: "<name>" }, ...)\`.`,
  );
}
