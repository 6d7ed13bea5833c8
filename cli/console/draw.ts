/** The console's state as the lines of a screen: asks nothing of anyone. */

import { shellWord } from "../../src/value/shown-text.ts";
import { printAddress } from "../../src/views/address.ts";
import { oneLine, visible } from "../text/terminal.ts";
import {
  actionsIn,
  type Line,
  lineWidth,
  type Row,
  type Rows,
  rowsOf,
  type Span,
  wrapped,
} from "./content.ts";
import { lineOf } from "./document.ts";
import { helpLines } from "./help.ts";
import { KEY_TABLE, keyName } from "./key-table.ts";
import { GUTTER, type Layout, layoutOf } from "./layout.ts";
import { chosenIn } from "./row-actions.ts";
import { type Frame, frameOf, type ScreenLine } from "./screen-buffer.ts";
import { type Choice, type Place, type Prompt, type Screen, type State, shown } from "./state.ts";
import { fitted, padded, textWidth } from "./width.ts";

export function draw(state: State): Frame {
  const { columns, lines } = state;
  const screen = shown(state);
  // Until a page has been read, what was there before it stays.
  const before = screen.page || screen.error !== null ? undefined : state.screens.at(-2);
  const seen = before ?? screen;
  const layout = layoutOf(state, seen);
  const under = state.help === null ? bodyOf(state, seen, layout) : helpOf(state, layout);
  const rivals = (state.choice ? rivalLines(state.choice) : []).slice(0, layout.height);
  const body = [...under.slice(0, Math.max(layout.height - rivals.length, 0)), ...rivals];
  const { line, caret } = statusLine(state, screen);
  const all: ScreenLine[] = [
    { line: headLine(state, screen) },
    ...body,
    { line },
    { line: keysLine(state) },
  ];
  return frameOf(all, columns, lines, caret === null ? null : [caret, lines - 2]);
}

/** The command that opens this screen. */
export function commandText({ address, page }: Pick<Screen, "address" | "page">): string {
  const text = printAddress(page?.address ?? address);
  return `redun-git console ${text === "executions" ? "" : oneLine(shellWord(text))}`.trimEnd();
}

function headLine(state: State, screen: Screen): Line {
  const { page, error } = screen;
  const note = page ? page.note : error === null ? "reading ..." : "";
  const room = state.columns - textWidth(note) - 1;
  return [
    { text: padded(commandText(screen), Math.max(room, 0)), style: "title" },
    { text: ` ${note}`, style: "dim" },
  ];
}

function bodyOf(state: State, screen: Screen, layout: Layout): ScreenLine[] {
  const { height, side } = layout;
  const { main, isInSide, page, error } = screen;
  const rows = page || error === null ? screen.rows : errorRows(error, layout.width);
  const read = rows.read(main.top, height);
  const sideRows = side > 0 ? (page?.side?.read(screen.side.top, height) ?? []) : [];
  return Array.from({ length: height }, (_, at) => {
    const row = read[at];
    const hasCursor = !isInSide && main.top + at === main.cursor && row !== undefined;
    const shownRow = rowLine(state, screen, row, hasCursor);
    if (side === 0) return shownRow;
    const inSide = sideLine(sideRows[at], screen.side, isInSide, at, side);
    const from = side + 1;
    return {
      line: [...inSide.line, { text: "│", style: "dim" }, ...shownRow.line],
      reverse:
        inSide.reverse ??
        (shownRow.reverse && [shownRow.reverse[0] + from, shownRow.reverse[1] + from]),
    };
  });
}

/** What is known instead of a page. */
function errorRows(error: string, columns: number): Rows {
  const lines = visible(error).split("\n").map(lineOf);
  return rowsOf(lines.flatMap((line) => wrapped(line, columns)).map((line) => ({ line })));
}

function rowLine(
  state: State,
  screen: Screen,
  row: Row | undefined,
  hasCursor: boolean,
): ScreenLine {
  if (!row) return { line: [] };
  const isMarked = row.subject !== undefined && state.marked.includes(row.subject.id);
  const gutter: Span = {
    text: `${isMarked ? "●" : " "}${hasCursor ? "›" : " "}`,
    style: isMarked ? "yellow" : "bold",
  };
  const line = [gutter, ...row.line];
  if (!hasCursor) return { line };
  const actions = actionsIn(row.line);
  const chosen = actions[chosenIn(row, screen.hand)];
  const [from, to] =
    chosen && actions.length > 1 ? [chosen.from, chosen.to] : [0, Math.max(lineWidth(row.line), 1)];
  return { line, reverse: [from + GUTTER, to + GUTTER] };
}

function sideLine(
  row: Row | undefined,
  { cursor, top }: Place,
  isInSide: boolean,
  at: number,
  width: number,
): ScreenLine {
  const line = row?.line ?? [];
  const blanks: Span = { text: " ".repeat(Math.max(width - lineWidth(line), 0)) };
  const hasCursor = isInSide && top + at === cursor && row !== undefined;
  return { line: [...line, blanks], reverse: hasCursor ? [0, width] : undefined };
}

function helpOf(state: State, { height }: Layout): ScreenLine[] {
  const lines = helpLines(state.columns).slice(state.help!, state.help! + height);
  return Array.from({ length: height }, (_, at) => ({ line: lines[at] ?? [] }));
}

/** Tags in conflict below each other, over the end of what is shown. */
function rivalLines({ rivals, cursor }: Choice): ScreenLine[] {
  const width = Math.max(...rivals.map(({ tag }) => textWidth(oneLine(tag))));
  return [
    { line: [] },
    ...rivals.map(({ tag, by }, at): ScreenLine => {
      const line: Line = [
        { text: at === cursor ? " ›" : "  " },
        { text: padded(oneLine(tag), width), style: "red" },
        { text: `  ${oneLine(by)}`, style: "dim" },
      ];
      return { line, reverse: at === cursor ? [GUTTER, GUTTER + width] : undefined };
    }),
  ];
}

/** The line above the keys: what is typed, chosen, said, or where the cursor is. */
function statusLine(state: State, screen: Screen): { line: Line; caret: number | null } {
  const { prompt, choice, message, columns, marked } = state;
  if (prompt) return promptLine(prompt, columns);
  if (choice) {
    return { line: [{ text: "Which of them is to stay?", style: "bold" }], caret: null };
  }
  const said = message ?? (screen.error === null ? null : { text: screen.error, isError: true });
  if (said) {
    const text = fitted(oneLine(said.text.split("\n")[0]!), columns);
    return { line: [{ text, style: said.isError ? "red" : "green" }], caret: null };
  }
  const { main, rows } = screen;
  const place = rows.count === 0 ? "" : `${main.cursor + 1}/${rows.count}`;
  const marks = marked.length === 0 ? "" : `  ${marked.length} marked`;
  return { line: [{ text: place + marks, style: "dim" }], caret: null };
}

/** As much of the text as there is room for, with the caret in it. */
function promptLine({ question, text, at }: Prompt, columns: number) {
  const asked = fitted(question, Math.max(Math.floor(columns / 2), 10));
  const room = columns - textWidth(asked) - 1;
  let from = 0;
  while (textWidth(text.slice(from, at)) > room) from++;
  const line: Line = [{ text: asked, style: "bold" }, { text: oneLine(text.slice(from)) }];
  return { line, caret: Math.min(textWidth(asked + text.slice(from, at)), columns - 1) };
}

function keysLine(state: State): Line {
  if (state.prompt)
    return hints([
      ["Enter", "done"],
      ["Esc", "leave"],
    ]);
  if (state.choice)
    return hints([
      ["↑ ↓", "choose"],
      ["Enter", "keep that"],
      ["Esc", "leave"],
    ]);
  if (state.help !== null)
    return hints([
      ["↑ ↓", "scroll"],
      ["Esc", "close"],
    ]);
  return hints(
    KEY_TABLE.flatMap(({ bindings }) =>
      bindings.flatMap(({ keys, word }) => (word ? [[keyName(keys[0]!), word] as const] : [])),
    ),
  );
}

function hints(pairs: readonly (readonly [key: string, word: string])[]): Line {
  return pairs.flatMap(([key, word]): Span[] => [
    { text: key, style: "cyan" },
    { text: ` ${word}  `, style: "dim" },
  ]);
}
