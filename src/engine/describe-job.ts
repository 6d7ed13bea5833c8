import { relative } from "node:path";
import { redactText } from "../redact.ts";
import { startFolder } from "../start-folder.ts";
import { previewArgs } from "../value/preview.ts";
import { callLine } from "../value/program-line.ts";
import { Tagged } from "../value/value.ts";
import { namedArguments } from "./named-arguments.ts";
import type { RunningJob } from "./run-events.ts";

/** Instead of an argument that is recorded by its hash alone: what a run prints is often kept by others. */
const HIDDEN = new Tagged("opaque", "hidden");

/** A job's call on one line, long arguments cut, secrets hidden: `hello_world.greeter(greet='Hi')`. */
export function callText({ task, args }: RunningJob): string {
  const { names, values } = namedArguments(task.source.parameters, args);
  const { hashOnly } = task;
  const shown = (at: number) => (hashOnly.argument(names?.[at]) ? HIDDEN : values[at]);
  const given = names
    ? new Map(names.map((name, at) => [name, shown(at)]))
    : values.map((_, at) => shown(at));
  return redactText(callLine(task.fullName, previewArgs(given)));
}

/** A job's call, and where its task is written: `main(n=1), w.ts:11`. */
export function describeJob(job: RunningJob): string {
  const { file, line } = job.task.source;
  const place = file === null ? "" : ` at ${relative(startFolder(), file)}:${line}`;
  return callText(job) + place;
}
