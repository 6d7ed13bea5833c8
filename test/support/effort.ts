/**
 * What `npm test` leaves to `REDUN_TEST_EFFORT=full`, which `.ci/run` sets: every promise is tested each time,
 * and what only tests it again (other random input, other moments, the other backend above the contract that
 * both keep, one more shape of the same attack) by a share. What is promised at one number (a limit, a size, a
 * depth) is tested at that number, in full where that takes seconds of CPU and a smaller case is tested each time.
 */
import { basename } from "node:path";

export const isFull = process.env.REDUN_TEST_EFFORT === "full";

/** How often a drill repeats the same thing: a tenth of `times`, or all of them. */
export function repeats(times: number): number {
  return isFull ? times : Math.ceil(times / 10);
}

/** The cases of one promise: the first fifth of them, or all. The most telling case comes first. */
export function someOf<const T>(cases: readonly T[]): readonly T[] {
  const some = isFull ? cases : cases.slice(0, Math.ceil(cases.length / 5));
  leaveOut(cases.length - some.length);
  return some;
}

/**
 * The one of several implementations whose turn it is, or all: for what stands on their contract.
 * @param key by which they take turns: the test's title, or its file
 */
export function oneOf<T>(implementations: readonly T[], key?: string): readonly T[] {
  return implementations.filter((one) => isTurnOf(one, implementations, key));
}

/** As `oneOf`, asked of each. */
export function isTurnOf<T>(
  one: T,
  implementations: readonly T[],
  key = basename(process.argv[1]!),
): boolean {
  const sum = [...key].reduce((total, letter) => total + letter.codePointAt(0)!, 0);
  const isTurn = isFull || implementations.indexOf(one) === sum % implementations.length;
  leaveOut(isTurn ? 0 : 1);
  return isTurn;
}

/** A suite's own function for a test that is for full effort alone: it takes seconds, and does at size what others do. */
export function inFull<Test extends (name: string, ...rest: never[]) => void>(test: Test): Test {
  return isFull ? test : ((() => leaveOut(1)) as unknown as Test);
}

/** test/run.ts counts these lines: what was not tested must not look as if it were. */
function leaveOut(count: number): void {
  if (count > 0) process.stdout.write(`\nleft out: ${count}\n`);
}
