/** The screens of a state: what is read into them, and the rows that their cursors stand on. */
import { layoutOf } from "./layout.ts";
import {
  FIRST_LIMIT,
  type Next,
  type Page,
  type Place,
  type Screen,
  type State,
  shown,
} from "./state.ts";

export function done(state: State): Next {
  return { state, effects: [] };
}

export function said(state: State, text: string, isError = true): Next {
  return done({ ...state, message: { text, isError } });
}

/** The state after a change of the log: the screens behind are read again once they are in front. */
export function stale(state: State): State {
  return { ...state, screens: state.screens.map((screen) => ({ ...screen, isStale: true })) };
}

/** Reads the screen in front again. */
export function reread(state: State): Next {
  const { number, address, page, limit } = shown(state);
  const wanted = page?.address ?? address;
  return { state, effects: [{ does: "read", screen: number, address: wanted, limit }] };
}

export function withScreen(
  state: State,
  number: number,
  change: (screen: Screen) => Screen,
): State {
  const screens = state.screens.map((one) => (one.number === number ? change(one) : one));
  return { ...state, screens };
}

export function inFront(state: State, change: (screen: Screen) => Screen): State {
  return withScreen(state, shown(state).number, change);
}

export function withPage(state: State, number: number, page: Page): State {
  const next = withScreen(state, number, (screen) => ({
    ...screen,
    page,
    error: null,
    isStale: false,
  }));
  return shown(next).number === number ? reshaped(next) : next;
}

/** The state with the rows of the screen in front as its shape has them now, and its cursors on rows. */
export function reshaped(state: State): State {
  const screen = shown(state);
  const { page, folded } = screen;
  if (!page) return state;
  const { width, height } = layoutOf(state, screen);
  const rows = page.rows({ columns: width, folded });
  return inFront(state, () => ({
    ...screen,
    rows,
    main: placed(screen.main, 0, rows.count, height),
    side: placed(screen.side, 0, page.side?.count ?? 0, height),
    isInSide: screen.isInSide && page.side !== null,
  }));
}

/** A cursor that has moved, on a row that there is, and seen. */
function placed({ cursor, top }: Place, by: number, count: number, height: number): Place {
  const next = Math.max(0, Math.min(cursor + by, count - 1));
  const highest = Math.max(0, Math.min(next, count - height));
  return { cursor: next, top: Math.max(next - height + 1, Math.min(top, next, highest)) };
}

export function moved(state: State, by: number): Next {
  const screen = shown(state);
  const { height } = layoutOf(state);
  const { rows, page, isInSide, main, side, limit } = screen;
  if (isInSide) {
    const place = placed(side, by, page?.side?.count ?? 0, height);
    return done(inFront(state, () => ({ ...screen, side: place })));
  }
  const place = placed(main, by, rows.count, height);
  const next = inFront(state, () => ({ ...screen, main: place, hand: -1 }));
  const isAtEnd = place.cursor + height >= rows.count && by > 0;
  if (!page?.isCut || !isAtEnd) return done(next);
  const more = limit * 4;
  return reread(inFront(next, (one) => ({ ...one, limit: more })));
}

/** Another address on the screen in front. */
export function replaced(state: State, address: Screen["address"]): Next {
  const place = { cursor: 0, top: 0 };
  const next = inFront(state, (screen) => {
    const page = screen.page && { ...screen.page, address };
    return { ...screen, address, page, error: null, main: place, hand: -1, limit: FIRST_LIMIT };
  });
  return reread(next);
}
