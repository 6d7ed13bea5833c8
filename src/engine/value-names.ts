/** How errors name the values of a job. */
import type { LiveJob } from "./live-job.ts";
import type { TaskDefinition } from "./task-definition.ts";

export function argumentName({ fullName, source }: TaskDefinition, at: number): string {
  const { name } = source.parameters[Math.min(at, source.parameters.length - 1)] ?? {};
  return `Argument ${name ?? at + 1} of ${fullName}`;
}

export function resultName({ id, task }: Pick<LiveJob, "id" | "task">): string {
  return `The result of job ${id.slice(0, 8)} ${task.fullName}`;
}
