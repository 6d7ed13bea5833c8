/** How long an engine that cannot be reached is asked again, in milliseconds. */
const PATIENCE = 10 * 60_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/**
 * Asks an engine until it has taken in what is asked, or has said no.
 * @param isLater whether it may take it in when it is asked again
 * @param isDone asked before each further try: it may have been done, and its answer was lost
 * @param firstPause how long it waits before the second try, in milliseconds; later ones take longer
 */
export async function patiently<Said>(
  ask: () => Promise<Said>,
  isLater: (said: Said) => boolean,
  isDone: () => Promise<Said | null> = async () => null,
  firstPause = FIRST_PAUSE,
): Promise<Said> {
  const deadline = Date.now() + PATIENCE;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const said = await ask();
    if (!isLater(said) || Date.now() > deadline) return said;
    await new Promise((done) => setTimeout(done, pause));
    const done = await isDone();
    if (done !== null) return done;
  }
}
