/**
 * How often a drill repeats the same thing with other random input, at other moments or for other kills:
 * a fifth of `times`, and all of them with `REDUN_TEST_EFFORT=full`, as in `.ci/run`. What is promised at
 * one number (a limit, a size, a depth) is always tested at that number.
 */
export function repeats(times: number): number {
  return process.env.REDUN_TEST_EFFORT === "full" ? times : Math.ceil(times / 5);
}
