/** What the console is at, as plain data: `nextState` makes the next one of it, `draw` a screen. */
import type { Address } from "../../src/views/address.ts";
import { type Rows, rowsOf, type Subject } from "./content.ts";

/** A screen's width, and what of it is folded: what rows are made for. */
export interface Shape {
  readonly columns: number;
  /** Numbers of jobs whose calls are hidden. */
  readonly folded: ReadonlySet<number>;
}

/** What is shown at an address. */
export interface Page {
  /** With whole words instead of what was typed: an id instead of `-`. */
  readonly address: Address;
  readonly rows: (shape: Shape) => Rows;
  /** What stands beside the rows, where there is room. */
  readonly side: Rows | null;
  /** How much there is: `100,000 executions`. */
  readonly note: string;
  /** What the page is of: where the cursor is on nothing else, that is tagged and copied. */
  readonly subject: Subject | null;
  /** It goes on: it is read again and again. */
  readonly isLive: boolean;
  /** There is more than was read. */
  readonly isCut: boolean;
}

/** One address that was opened, and where its reader is on it. */
export interface Screen {
  /** Tells it from others. */
  readonly number: number;
  readonly address: Address;
  /** Null until it has been read. */
  readonly page: Page | null;
  readonly rows: Rows;
  readonly error: string | null;
  /** The log has changed since it was read. */
  readonly isStale: boolean;
  readonly folded: ReadonlySet<number>;
  readonly main: Place;
  readonly side: Place;
  readonly isInSide: boolean;
  /** Which of the row's actions is chosen. */
  readonly hand: number;
  /** How many entities a list has read. */
  readonly limit: number;
}

/** Where the cursor is, and which row is the first that is seen. */
export interface Place {
  readonly cursor: number;
  readonly top: number;
}

/** A line that is being typed. */
export interface Prompt {
  readonly question: string;
  readonly text: string;
  /** The place of the caret in it. */
  readonly at: number;
  readonly asks: Asked;
}

/** What is done with a line that was typed. */
export type Asked =
  | { readonly for: "filter" | "go" | "search" }
  | { readonly for: "tag"; readonly kind: EditKind; readonly subject: Subject }
  | { readonly for: "reason"; readonly edit: Omit<Edit, "reason"> };

export type EditKind = "add" | "update" | "rm";

export interface Edit {
  readonly kind: EditKind;
  readonly subject: Subject;
  /** As it is typed: `env=prod`. */
  readonly tag: string;
  readonly reason: string;
}

/** Tags that contradict each other, of which one is to be chosen. */
export interface Choice {
  readonly subject: Subject;
  readonly rivals: readonly Rival[];
  readonly cursor: number;
}

export interface Rival {
  /** `env=prod`. */
  readonly tag: string;
  /** Who set it, when and why. */
  readonly by: string;
}

export interface State {
  readonly columns: number;
  readonly lines: number;
  /** The last one is seen; the others are behind it. */
  readonly screens: readonly Screen[];
  readonly opened: number;
  /** Ids of executions. */
  readonly marked: readonly string[];
  readonly prompt: Prompt | null;
  readonly choice: Choice | null;
  /** The first line of the help that is seen; null where it is not open. */
  readonly help: number | null;
  readonly message: { readonly text: string; readonly isError: boolean } | null;
}

/** What the world has to do. */
export type Effect =
  | {
      readonly does: "read";
      readonly screen: number;
      readonly address: Address;
      readonly limit: number;
    }
  | { readonly does: "edit"; readonly edit: Edit }
  | { readonly does: "undo" }
  | { readonly does: "rivals"; readonly subject: Subject }
  | { readonly does: "copy"; readonly text: string }
  | { readonly does: "redraw" }
  | { readonly does: "suspend" }
  | { readonly does: "quit" };

export interface Next {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** Lists read as many entities first, and four times as many where that is not enough. */
export const FIRST_LIMIT = 500;

/** A console that is to show an address. */
export function initial(address: Address, columns: number, lines: number): Next {
  const nothing: State = {
    ...{ columns, lines, screens: [], opened: 0, marked: [] },
    ...{ prompt: null, choice: null, help: null, message: null },
  };
  return opened(nothing, address);
}

/** The state with a new screen in front. */
export function opened(state: State, address: Address): Next {
  const number = state.opened + 1;
  const place = { cursor: 0, top: 0 };
  const screen: Screen = {
    ...{ number, address, page: null, rows: rowsOf([]), error: null, isStale: false },
    ...{
      folded: new Set<number>(),
      main: place,
      side: place,
      isInSide: false,
      hand: 0,
      limit: FIRST_LIMIT,
    },
  };
  return {
    state: { ...state, screens: [...state.screens, screen], opened: number, message: null },
    effects: [{ does: "read", screen: number, address, limit: FIRST_LIMIT }],
  };
}

export function shown(state: State): Screen {
  return state.screens.at(-1)!;
}
