/** Where things stand on the screen, for the eye and for the mouse. */
import type { Screen, State } from "./state.ts";
import { shown } from "./state.ts";

/** The first line is the command, the last two are the message and the keys. */
const TOP = 1;
const BOTTOM = 2;
const SIDE = 24;
/** In front of each row: where the cursor is, and what is marked. */
export const GUTTER = 2;
/** A screen that is narrower has no room beside its rows. */
const WIDE = 70;

export interface Layout {
  /** Lines of rows. */
  readonly height: number;
  /** The first line of rows. */
  readonly top: number;
  /** The width of what stands on the left; 0 where nothing does. */
  readonly side: number;
  /** The first column of the rows, after the cursor's, and how many there are. */
  readonly left: number;
  readonly width: number;
}

export function layoutOf(state: State, screen: Screen = shown(state)): Layout {
  const { columns, lines } = state;
  const hasSide = Boolean(screen.page?.side) && columns >= WIDE;
  const side = hasSide ? SIDE : 0;
  const left = (side === 0 ? 0 : side + 1) + GUTTER;
  return {
    ...{ height: Math.max(lines - TOP - BOTTOM, 1), top: TOP },
    ...{ side, left, width: Math.max(columns - left, 1) },
  };
}
