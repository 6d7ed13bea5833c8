/** Checked by `tsc` alone: what a command is given has the types that its declaration says. */
import type { OptionsOf } from "../../cli/command.ts";
import type { LOG } from "../../cli/declarations/log.ts";
import type { RUN } from "../../cli/declarations/run.ts";
import type { TAG_CONFLICTS, TAG_HISTORY } from "../../cli/declarations/tag.ts";
import type { GivenWords } from "../../cli/option-types.ts";

/** Compiles where two types are one. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

export const history: Same<
  GivenWords<(typeof TAG_HISTORY)["args"]>,
  readonly [string, string?]
> = true;
export const run: Same<
  GivenWords<(typeof RUN)["args"]>,
  readonly [string?, string?, ...string[]]
> = true;
export const conflicts: Same<GivenWords<(typeof TAG_CONFLICTS)["args"]>, readonly []> = true;

type Log = OptionsOf<typeof LOG>;
export const flag: Same<Log["decorateCode"], boolean | undefined> = true;
export const value: Same<Log["limit"], string | undefined> = true;
export const list: Same<Log["tag"], readonly string[] | undefined> = true;
// @ts-expect-error `log` has no such option
export type Misspelt = Log["limmit"];
// @ts-expect-error nor is it assigned
export const misspelt: Log = { limmit: "3" };
