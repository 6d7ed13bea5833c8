import fc from "fast-check";
import { repeats } from "./effort.ts";

/**
 * fast-check, with one seed for every property, so that a commit that passed passes again.
 * `REDUN_TEST_SEED=random` draws a new one in each process, `REDUN_TEST_SEED=N` takes N; a failure
 * prints the seed that repeats it. A property that names no number is tried for 20 inputs, or 100 in full effort.
 */
const wanted = process.env.REDUN_TEST_SEED ?? "20261130";
fc.configureGlobal({
  numRuns: repeats(100),
  ...(wanted !== "random" && { seed: Number(wanted) }),
});

export default fc;
