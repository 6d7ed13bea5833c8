import fc from "fast-check";

/**
 * fast-check, with one seed for every property, so that a commit that passed passes again.
 * `REDUN_TEST_SEED=random` draws a new one in each process, `REDUN_TEST_SEED=N` takes N; a failure
 * prints the seed that repeats it.
 */
const wanted = process.env.REDUN_TEST_SEED ?? "20261130";
if (wanted !== "random") fc.configureGlobal({ seed: Number(wanted) });

export default fc;
