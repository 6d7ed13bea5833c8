/** What the console does with what happens: its state, and what happened, make its next state. */
import { addressOf, parseAddress, printAddress } from "../../src/views/address.ts";
import { toggled } from "../../src/views/facet-query.ts";
import { type Action, actionsIn, lineWidth, type Row, rowsOf, type Subject } from "./content.ts";
import { helpLength } from "./help.ts";
import type { InputEvent } from "./input.ts";
import { type Command, commandOf } from "./key-table.ts";
import { layoutOf } from "./layout.ts";
import { answered, typed } from "./prompt.ts";
import {
  type Choice,
  type Edit,
  type EditKind,
  FIRST_LIMIT,
  type Next,
  opened,
  type Page,
  type Place,
  type Prompt,
  type Screen,
  type State,
  shown,
} from "./state.ts";

export type Event =
  | InputEvent
  | { readonly kind: "resize"; readonly columns: number; readonly lines: number }
  /** The page of a screen; it may come again, as more of it is known. */
  | { readonly kind: "read"; readonly screen: number; readonly page: Page }
  | { readonly kind: "failed"; readonly screen: number; readonly text: string }
  | { readonly kind: "rivals"; readonly choice: Choice }
  | { readonly kind: "edited"; readonly text: string }
  | { readonly kind: "said"; readonly text: string; readonly isError: boolean }
  /** The log has changed, or may have. */
  | { readonly kind: "changed" };

export function nextState(state: State, event: Event): Next {
  switch (event.kind) {
    case "resize":
      return done(reshaped({ ...state, columns: event.columns, lines: event.lines }));
    case "read":
      return done(withPage(state, event.screen, event.page));
    case "failed":
      return done(withScreen(state, event.screen, (screen) => ({ ...screen, error: event.text })));
    case "rivals":
      return done({ ...state, choice: event.choice });
    case "edited":
      return reread(stale({ ...state, message: { text: event.text, isError: false } }));
    case "said":
      return done({ ...state, message: event });
    case "changed":
      return reread(stale(state));
    case "paste":
      return done(state.prompt ? { ...state, prompt: typed(state.prompt, event.text) } : state);
    case "key":
      return key({ ...state, message: null }, event.key);
    case "click":
      return click(state, event.column, event.row);
    default:
      return moved(state, event.kind === "wheel-up" ? -3 : 3);
  }
}

function done(state: State): Next {
  return { state, effects: [] };
}

function said(state: State, text: string, isError = true): Next {
  return done({ ...state, message: { text, isError } });
}

/** The state after a change of the log: the screens behind are read again once they are in front. */
function stale(state: State): State {
  return { ...state, screens: state.screens.map((screen) => ({ ...screen, isStale: true })) };
}

/** Reads the screen in front again. */
function reread(state: State): Next {
  const { number, address, page, limit } = shown(state);
  const wanted = page?.address ?? address;
  return { state, effects: [{ does: "read", screen: number, address: wanted, limit }] };
}

function withScreen(state: State, number: number, change: (screen: Screen) => Screen): State {
  const screens = state.screens.map((one) => (one.number === number ? change(one) : one));
  return { ...state, screens };
}

function inFront(state: State, change: (screen: Screen) => Screen): State {
  return withScreen(state, shown(state).number, change);
}

function withPage(state: State, number: number, page: Page): State {
  const next = withScreen(state, number, (screen) => ({
    ...screen,
    page,
    error: null,
    isStale: false,
  }));
  return shown(next).number === number ? reshaped(next) : next;
}

/** The state with the rows of the screen in front as its shape has them now, and its cursors on rows. */
function reshaped(state: State): State {
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

function moved(state: State, by: number): Next {
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

function key(state: State, key: string): Next {
  if (state.prompt) return promptKey(state, state.prompt, key);
  if (key === "ctrl-c") return { state, effects: [{ does: "quit" }] };
  const command = commandOf(key);
  if (state.help !== null) return helpKey(state, state.help, command);
  if (state.choice) return choiceKey(state, state.choice, command);
  return command ? run(state, command) : said(state, `No key is ${key}: ? shows the keys.`);
}

function promptKey(state: State, prompt: Prompt, key: string): Next {
  if (key === "escape" || key === "ctrl-c") return done({ ...state, prompt: null });
  if (key !== "enter") return done({ ...state, prompt: answered(prompt, key) });
  const text = prompt.text.trim();
  const next = { ...state, prompt: null };
  const { asks } = prompt;
  switch (asks.for) {
    case "filter":
      return filtered(next, text === "" ? null : text);
    case "search":
      return opened(next, { kind: "list", type: null, query: text === "" ? null : text });
    case "go":
      return text === "" ? done(next) : gone(next, text);
    case "tag": {
      if (text === "") return done(next);
      const edit = { kind: asks.kind, subject: asks.subject, tag: text };
      return done({ ...next, prompt: reasonPrompt(edit) });
    }
    case "reason":
      return { state: next, effects: [{ does: "edit", edit: { ...asks.edit, reason: text } }] };
  }
}

function reasonPrompt(edit: Omit<Edit, "reason">): Prompt {
  return {
    question: `Why ${edit.tag}? (may be empty) `,
    text: "",
    at: 0,
    asks: { for: "reason", edit },
  };
}

function gone(state: State, text: string): Next {
  try {
    return opened(state, parseAddress(text));
  } catch (error) {
    return said(state, (error as Error).message);
  }
}

/** The list in front, or executions, with a query. */
function filtered(state: State, query: string | null): Next {
  const { address } = shown(state);
  if (address.kind !== "list") return opened(state, { kind: "list", type: "Execution", query });
  return replaced(state, { ...address, query });
}

/** Another address on the screen in front. */
function replaced(state: State, address: Screen["address"]): Next {
  const place = { cursor: 0, top: 0 };
  const next = inFront(state, (screen) => {
    const page = screen.page && { ...screen.page, address };
    return { ...screen, address, page, error: null, main: place, hand: -1, limit: FIRST_LIMIT };
  });
  return reread(next);
}

function helpKey(state: State, top: number, command: Command | undefined): Next {
  const { height } = layoutOf(state);
  const by = STEPS[command ?? "quit"]?.(height);
  if (by === undefined) return done({ ...state, help: null });
  return done({
    ...state,
    help: Math.max(0, Math.min(top + by, helpLength(state.columns) - height)),
  });
}

const STEPS: Partial<Record<Command, (height: number) => number>> = {
  up: () => -1,
  down: () => 1,
  "page-up": (height) => -height,
  "page-down": (height) => height,
  first: () => -Infinity,
  last: () => Number.MAX_SAFE_INTEGER,
};

function choiceKey(state: State, choice: Choice, command: Command | undefined): Next {
  const { cursor, rivals, subject } = choice;
  if (command === "up" || command === "down") {
    const by = command === "up" ? -1 : 1;
    const next = Math.max(0, Math.min(cursor + by, rivals.length - 1));
    return done({ ...state, choice: { ...choice, cursor: next } });
  }
  if (command !== "open") return done({ ...state, choice: null });
  const edit = { kind: "update", subject, tag: rivals[cursor]!.tag } as const;
  return done({ ...state, choice: null, prompt: reasonPrompt(edit) });
}

/** The row under the cursor of the side that it is on. */
export function currentRow(screen: Screen): Row | undefined {
  const { isInSide, page, side, main, rows } = screen;
  return isInSide ? page?.side?.read(side.cursor, 1)[0] : rows.read(main.cursor, 1)[0];
}

/** Which of a row's actions is chosen, among `actionsIn`; by default the first that opens something. */
export function chosenIn(row: Row | undefined, hand: number): number {
  const actions = row ? actionsIn(row.line) : [];
  if (hand >= 0) return Math.min(hand, actions.length - 1);
  return Math.max(
    actions.findIndex(({ action }) => action.does !== "fold"),
    0,
  );
}

function run(state: State, command: Command): Next {
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

function act(state: State, action: Action): Next {
  if (action.does === "open") return opened(state, action.address);
  const screen = shown(state);
  if (action.does === "facet") {
    return withFacet(state, queryOf(screen) || null, action.condition);
  }
  const folded = new Set(screen.folded);
  if (!folded.delete(action.number)) folded.add(action.number);
  return done(reshaped(inFront(state, () => ({ ...screen, folded }))));
}

function withFacet(state: State, query: string | null, condition: string): Next {
  try {
    return filtered(state, toggled(query, condition));
  } catch (error) {
    return said(state, (error as Error).message);
  }
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

function asked(state: State, question: string, text: string, asks: Prompt["asks"]): Next {
  return done({ ...state, prompt: { question, text, at: text.length, asks } });
}

function tagging(state: State, kind: EditKind, subject: Subject | null, text: string): Next {
  if (!subject) return said(state, "Nothing here can be tagged.");
  const name = printAddress(addressOf(subject));
  const question = {
    add: `Add to ${name}, key=value: `,
    update: `Set on ${name}, key=value: `,
    rm: `Remove from ${name}, key or key=value: `,
  }[kind];
  return asked(state, question, text, { for: "tag", kind, subject });
}

function queryOf({ address }: Screen): string {
  return address.kind === "list" || address.kind === "compare" ? (address.query ?? "") : "";
}

function addressText(screen: Screen, chosen: Action | undefined, subject?: Subject): string {
  if (chosen?.does === "open") return printAddress(chosen.address);
  return printAddress(subject ? addressOf(subject) : (screen.page?.address ?? screen.address));
}

function copied(state: State, text: string): Next {
  const next = said(state, `Copied: ${text}`, false);
  return { ...next, effects: [{ does: "copy", text }] };
}

/** A click chooses what it is on; on a row that is chosen already, it opens that. */
function click(state: State, column: number, line: number): Next {
  if (state.help !== null) return done({ ...state, help: null });
  if (state.prompt || state.choice) return done(state);
  const screen = shown(state);
  const { top, height, side, left } = layoutOf(state);
  if (line < top || line >= top + height) return done(state);
  const isInSide = column < side;
  const place = isInSide ? screen.side : screen.main;
  const rows = isInSide ? (screen.page?.side ?? rowsOf([])) : screen.rows;
  const cursor = place.top + line - top;
  const row = rows.read(cursor, 1)[0];
  if (!row) return done(state);
  const at = column - (isInSide ? 0 : left);
  const hits = actionsIn(row.line);
  const hit = hits.find(({ from, to }) => at >= from && at < to);
  const name = isInSide ? "side" : "main";
  const next = inFront(state, (one) => ({
    ...one,
    isInSide,
    hand: hit ? hits.indexOf(hit) : -1,
    [name]: { ...place, cursor },
  }));
  const isAgain = cursor === place.cursor && at < lineWidth(row.line);
  const action = hit?.action ?? (isAgain ? hits[chosenIn(row, -1)]?.action : undefined);
  return action ? act({ ...next, message: null }, action) : done(next);
}
