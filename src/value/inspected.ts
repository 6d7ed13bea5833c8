import { type InspectOptions, inspect } from "node:util";
import { writeYaml } from "./yaml-write.ts";

/**
 * A value as Node's `inspect` shows it; if that throws (a getter, a custom
 * `inspect` of the user's), as a record has it. Never throws: a result that cannot be shown does not make its
 * run fail.
 */
export function inspected(value: unknown, options: InspectOptions = {}): string {
  try {
    return inspect(value, options);
  } catch {
    return writeYaml(value).trimEnd();
  }
}
