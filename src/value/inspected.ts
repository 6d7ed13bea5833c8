import { type InspectOptions, inspect } from "node:util";
import { writeYaml } from "./yaml-write.ts";

/**
 * A value as Node's `inspect` shows it; where it throws when it is looked at (a getter, a custom
 * `inspect` of the user's), as a record has it. Never throws: what a run gave is no reason to call it
 * failed.
 */
export function inspected(value: unknown, options: InspectOptions = {}): string {
  try {
    return inspect(value, options);
  } catch {
    return writeYaml(value).trimEnd();
  }
}
