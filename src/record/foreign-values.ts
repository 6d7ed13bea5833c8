/**
 * Values of another system: a job that was imported has them by their ids there, and `imported.values`
 * says what that system has of them.
 */
import { StoredValue, Tagged } from "../value/value.ts";
import type { Job } from "./records.ts";

/** What a job's record says of the value with a foreign id; undefined where it says nothing. */
export function foreignValue({ id: job, imported }: Job, id: string): Tagged | undefined {
  // Jobs with ids of git's form have values whose ids can be checked.
  if (!imported?.values || /^[0-9a-f]{40,64}$/.test(job)) return undefined;
  const value = Object.hasOwn(imported.values, id) ? imported.values[id] : undefined;
  return value instanceof Tagged ? value : undefined;
}

/** What people see of a foreign value: a number, or a line of text; undefined where nothing is known. */
export function foreignText(job: Job, id: string): string | number | undefined {
  const { preview } = (foreignValue(job, id)?.value ?? {}) as { preview?: unknown };
  if (typeof preview !== "string") return undefined;
  return /^-?\d{1,15}(?:\.\d+)?$/.test(preview) ? Number(preview) : preview;
}

/** The arguments of a job, with what is known of foreign ones in place of their ids. */
export function withForeign(job: Job): Job["args"] {
  const { args, imported } = job;
  if (!imported) return args;
  const shown = (value: unknown) =>
    value instanceof StoredValue ? (foreignValue(job, value.id) ?? value) : value;
  if (!(args instanceof Map)) return [...args.values()].map(shown);
  return new Map([...args].map(([name, value]) => [name, shown(value)]));
}

/** A file, by the id that another system gave it. */
interface ForeignFile {
  readonly id: string;
  readonly path: string;
  readonly isResult: boolean;
}

/** The files that an imported job took and gave, themselves or within other values. */
export function foreignFiles(job: Job): readonly ForeignFile[] {
  const result = "result" in job ? [job.result] : [];
  const facts = (values: Iterable<unknown>, isResult: boolean) => {
    const ids = new Set<string>();
    for (const value of values) if (value instanceof StoredValue) addWithin(job, value.id, ids);
    return [...ids].flatMap((id) => {
      const path = pathOf(foreignValue(job, id));
      return path === undefined ? [] : [{ id, path, isResult }];
    });
  };
  return [...facts(job.args.values(), false), ...facts(result, true)];
}

function addWithin(job: Job, start: string, ids: Set<string>): void {
  const pending = [start];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (ids.has(id)) continue;
    ids.add(id);
    const { subvalues } = (foreignValue(job, id)?.value ?? {}) as { subvalues?: unknown };
    if (!Array.isArray(subvalues)) continue;
    for (const sub of subvalues) if (typeof sub === "string") pending.push(sub);
  }
}

function pathOf(value: Tagged | undefined): string | undefined {
  const { path } = (value?.value ?? {}) as { path?: unknown };
  return typeof path === "string" && path !== "" ? path : undefined;
}
