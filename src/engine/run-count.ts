let runs = 0;

/** How many runs of this process have begun. */
export function runsBegun(): number {
  return runs;
}

/** Tells apart what was there before a run and after its start. */
export function noteRun(): void {
  runs++;
}
