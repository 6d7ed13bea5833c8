/** What the console does with what happens: its state, and what happened, make its next state. */
import { choiceKey, promptKey } from "./asking.ts";
import { run, STEPS } from "./commands.ts";
import { actionsIn, lineWidth, rowsOf } from "./content.ts";
import { helpLength } from "./help.ts";
import type { InputEvent } from "./input.ts";
import { type Command, commandOf } from "./key-table.ts";
import { layoutOf } from "./layout.ts";
import {
  done,
  inFront,
  moved,
  reread,
  reshaped,
  said,
  stale,
  withPage,
  withScreen,
} from "./moving.ts";
import { typed } from "./prompt.ts";
import { act, chosenIn } from "./row-actions.ts";
import { type Choice, type Next, type Page, type State, shown } from "./state.ts";

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

function key(state: State, key: string): Next {
  if (state.prompt) return promptKey(state, state.prompt, key);
  if (key === "ctrl-c") return { state, effects: [{ does: "quit" }] };
  const command = commandOf(key);
  if (state.help !== null) return helpKey(state, state.help, command);
  if (state.choice) return choiceKey(state, state.choice, command);
  return command ? run(state, command) : said(state, `No key is ${key}: ? shows the keys.`);
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
