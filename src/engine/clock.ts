/**
 * Now, by the system's clock, but never earlier than what was said before: the clock may be set back
 * while a run goes on, and nothing ends before it began. It goes on by the time that has really
 * passed until the clock has caught up.
 */
export function now(clock = Date.now, passed = () => performance.now()): Date {
  const elapsed = passed();
  const least = last === null ? Number.NEGATIVE_INFINITY : last.time + (elapsed - last.elapsed);
  // Of two clocks one is a little faster; only a step back counts.
  const time = clock() < least - TOLERANCE ? least : Math.max(clock(), last?.time ?? 0);
  last = { time, elapsed };
  return new Date(time);
}

/** Milliseconds. */
const TOLERANCE = 50;

let last: { readonly time: number; readonly elapsed: number } | null = null;
