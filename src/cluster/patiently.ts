import type { ProgramResult } from "./program.ts";

/** How long an engine that cannot be reached is asked again, in milliseconds. */
const PATIENCE = 10 * 60_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/**
 * Runs one of an engine's commands until the engine has taken it in, or has said no.
 * @param isLater whether it may take it in when it is asked again
 * @param isDone asked before each further try: it may have been done, and its answer was lost
 */
export async function patiently(
  run: () => Promise<ProgramResult>,
  isLater: (said: ProgramResult) => boolean,
  isDone: () => Promise<ProgramResult | null> = async () => null,
): Promise<ProgramResult> {
  const deadline = Date.now() + PATIENCE;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const said = await run();
    if (said.status === 0 || !isLater(said) || Date.now() > deadline) return said;
    await new Promise((done) => setTimeout(done, pause));
    const done = await isDone();
    if (done) return done;
  }
}
