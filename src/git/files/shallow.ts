import { join } from "node:path";
import type { Oid, Repository } from "../backend.ts";
import { readText } from "./read-text.ts";

/**
 * The commits at the edge of a shallow clone: their parents are not here, so to git they bring all
 * that they hold. Empty where the clone is whole.
 */
export function shallowCommits({ commonDir }: Repository): ReadonlySet<Oid> {
  return new Set(readText(join(commonDir, "shallow")).split("\n").filter(Boolean));
}
