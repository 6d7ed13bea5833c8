/**
 * Says that tests, or a part of one, cannot be done on this machine. test/run.ts counts these
 * lines and shows them: what was not tested must not look as if it were.
 */
export function skipped(what: string, why: string): void {
  process.stdout.write(`\nskipped: ${what} (${why})\n`);
}

/** A suite's own function for tests that can be done; where there is a reason why not, they are skipped. */
export function unless<Test extends (name: string, ...rest: never[]) => void>(
  why: string | null,
  test: Test,
): Test {
  return why === null ? test : (((name: string) => skipped(name, why)) as Test);
}
