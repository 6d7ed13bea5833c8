/** What the commands of the key table do to the state. */
import { addressOf, printAddress } from "../../src/views/address.ts";
import { asked, tagging } from "./asking.ts";
import { type Action, actionsIn, type Subject } from "./content.ts";
import type { Command } from "./key-table.ts";
import { layoutOf } from "./layout.ts";
import { done, inFront, moved, reread, reshaped, said } from "./moving.ts";
import { act, chosenIn, currentRow, queryOf } from "./row-actions.ts";
import { type Next, opened, type Screen, type State, shown } from "./state.ts";

/** How many rows a command moves, where a screen has so many lines. */
export const STEPS: Partial<Record<Command, (height: number) => number>> = {
  up: () => -1,
  down: () => 1,
  "page-up": (height) => -height,
  "page-down": (height) => height,
  first: () => -Infinity,
  last: () => Number.MAX_SAFE_INTEGER,
};

export function run(state: State, command: Command): Next {
  const screen = shown(state);
  const step = STEPS[command];
  if (step) return moved(state, step(layoutOf(state).height));
  const row = currentRow(screen);
  const actions = row ? actionsIn(row.line).map(({ action }) => action) : [];
  const chosen = actions[chosenIn(row, screen.hand)];
  const subject = row?.subject ?? screen.page?.subject ?? null;
  switch (command) {
    case "open":
      return chosen ? act(state, chosen) : done(state);
    case "back":
      return back(state);
    case "next":
    case "previous": {
      const by = command === "next" ? 1 : -1;
      const hand = Math.max(0, Math.min(chosenIn(row, screen.hand) + by, actions.length - 1));
      return done(inFront(state, (one) => ({ ...one, hand })));
    }
    case "side": {
      if (layoutOf(state).side === 0) return moved(state, toNextPart(screen));
      const isInSide = !screen.isInSide;
      return done(inFront(state, (one) => ({ ...one, isInSide, hand: -1 })));
    }
    case "fold": {
      const fold = actions.find(({ does }) => does === "fold");
      return fold ? act(state, fold) : marked(state, row?.subject);
    }
    case "mark":
      return marked(state, row?.subject ?? subject);
    case "compare":
      return compared(state, subject);
    case "differ":
      if (subject?.type !== "Execution") return said(state, "That is no execution.");
      return opened(state, { kind: "compare", ids: [addressOf(subject).id], query: null });
    case "filter":
      return asked(state, "Filter: ", queryOf(screen), { for: "filter" });
    case "go":
      return asked(state, "Go to: ", "", { for: "go" });
    case "search":
      return asked(state, "Search all: ", "", { for: "search" });
    case "executions":
      return opened(state, { kind: "list", type: "Execution", query: null });
    case "tags":
      return opened(state, { kind: "tags", key: null });
    case "history":
      if (!subject) return said(state, "Nothing here has tags.");
      return opened(state, { kind: "history", id: addressOf(subject).id });
    case "add":
      return tagging(state, "add", subject, "");
    case "update":
      return tagging(state, "update", subject, row?.tag ?? "");
    case "remove":
      return tagging(state, "rm", subject, row?.tag ?? "");
    case "resolve":
      if (!subject) return said(state, "Nothing here has tags.");
      return { state, effects: [{ does: "rivals", subject }] };
    case "undo":
      return { state, effects: [{ does: "undo" }] };
    case "copy":
      return copied(state, addressText(screen, chosen, row?.subject));
    case "copy-id": {
      const text = row?.subject?.id ?? screen.page?.subject?.id;
      return text === undefined ? said(state, "Nothing here has an id.") : copied(state, text);
    }
    case "reload": {
      const next = reread(state);
      return { ...next, effects: [{ does: "redraw" }, ...next.effects] };
    }
    case "help":
      return done({ ...state, help: 0 });
    case "suspend":
      return { state, effects: [{ does: "suspend" }] };
    default:
      return { state, effects: [{ does: "quit" }] };
  }
}

/** Rows in which the next empty one is looked for, so many at once. */
const PART = 240;
const AT_ONCE = 30;

/** How far it is to the row after the next empty one; back to the first, where there is none. */
function toNextPart({ rows, main: { cursor } }: Screen): number {
  for (let from = 0; from < PART; from += AT_ONCE) {
    const at = rows.read(cursor + from, AT_ONCE).findIndex(({ line }) => line.length === 0);
    if (at >= 0) return from + at + 1;
  }
  return -cursor;
}

function back(state: State): Next {
  if (state.screens.length === 1) return said(state, "This is the first screen: q quits.", false);
  const next = reshaped({ ...state, screens: state.screens.slice(0, -1) });
  return shown(next).isStale ? reread(next) : done(next);
}

function marked(state: State, subject: Subject | undefined | null): Next {
  if (subject?.type !== "Execution") return said(state, "Only executions can be marked.");
  const { id } = subject;
  const others = state.marked.filter((one) => one !== id);
  const isNew = others.length === state.marked.length;
  const next = { ...state, marked: isNew ? [...others, id] : others };
  return moved(next, 1);
}

function compared(state: State, subject: Subject | null): Next {
  const here = subject?.type === "Execution" ? [subject.id] : [];
  const ids = state.marked.length > 1 ? state.marked : [...new Set([...state.marked, ...here])];
  if (ids.length === 0) return said(state, "Mark executions first: m.");
  const short = ids.map((id) => addressOf({ type: "Execution", id }).id);
  return opened(state, { kind: "compare", ids: short, query: null });
}

function addressText(screen: Screen, chosen: Action | undefined, subject?: Subject): string {
  if (chosen?.does === "open") return printAddress(chosen.address);
  return printAddress(subject ? addressOf(subject) : (screen.page?.address ?? screen.address));
}

function copied(state: State, text: string): Next {
  const next = said(state, `Copied: ${text}`, false);
  return { ...next, effects: [{ does: "copy", text }] };
}
