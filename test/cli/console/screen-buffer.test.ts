import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Line, Style } from "../../../cli/console/content.ts";
import { paletteOf } from "../../../cli/console/palette.ts";
import { difference, type Frame, frameOf } from "../../../cli/console/screen-buffer.ts";
import { fitted, graphemes, graphemeWidth, padded, textWidth } from "../../../cli/console/width.ts";
import fc from "../../support/property.ts";

const palette = paletteOf({ TERM: "xterm-256color" });

/** What a terminal shows that gets these texts one after the other: letters with their styles. */
function shownBy(columns: number, rows: number, texts: readonly string[]): string[][] {
  const cells = Array.from({ length: rows }, () => Array<string>(columns).fill(" "));
  let [row, column, style] = [0, 0, ""];
  for (const text of texts) {
    for (const [part] of text.matchAll(/\x1b\[[?\d;]*[A-Za-z]|[^\x1b]+/g)) {
      const place = /^\x1b\[(\d+);(\d+)H$/.exec(part);
      if (place) [row, column] = [Number(place[1]) - 1, Number(place[2]) - 1];
      else if (part === "\x1b[2J") for (const line of cells) line.fill(" ");
      else if (part === "\x1b[0m") style = "";
      else if (part.endsWith("m")) style += part;
      else if (!part.startsWith("\x1b")) {
        for (const grapheme of graphemes(part)) {
          cells[row]![column] = style + grapheme;
          if (graphemeWidth(grapheme) === 2) cells[row]![column + 1] = "";
          column += graphemeWidth(grapheme);
        }
      }
    }
  }
  return cells;
}

function wanted(frame: Frame): string[][] {
  return frame.cells.map((cells) =>
    cells.map(({ text, style, isReverse }) =>
      text === "" ? "" : palette(style, isReverse) + text,
    ),
  );
}

const spans = fc.record({
  text: fc.string({
    unit: fc.constantFrom("a", "b", " ", "é", "e\u0301", "漢", "😀", "\u202e", "\x1b"),
  }),
  style: fc.constantFrom<Style>("plain", "red", "bold"),
});
const frames = fc
  .tuple(fc.constantFrom(6, 9), fc.array(fc.array(spans, { maxLength: 3 }), { maxLength: 4 }))
  .map(([columns, lines]) =>
    frameOf(
      lines.map((line, at) => ({ line, reverse: at === 1 ? [1, 3] : undefined })),
      columns,
      4,
    ),
  );

test("what is written turns any frame on a terminal into any other", () => {
  fc.assert(
    fc.property(frames, frames, (before, after) => {
      const first = difference(null, before, palette);
      assert.equal(shownBy(before.columns, 4, [first]), wanted(before));
      const second = difference(before, after, palette);
      const columns = Math.max(before.columns, after.columns);
      const shown = shownBy(columns, 4, [first, second]).map((row) => row.slice(0, after.columns));
      assert.equal(shown, wanted(after));
    }),
  );
});

test("nothing is written where nothing changes, and one letter where one does", () => {
  const frame = (text: string) => frameOf([{ line: [{ text }] }], 20, 3);
  assert.is(difference(frame("same"), frame("same"), palette), "");
  assert.is(
    difference(frame("cat"), frame("cut"), palette),
    "\x1b[?2026h\x1b[?25l\x1b[1;2Hu\x1b[?2026l",
  );
});

test("nothing that acts on a terminal gets into a frame", () => {
  const line: Line = [{ text: "a\x1b[31mb\u202ec\x9bd\r\n\x07e" }];
  const text = difference(null, frameOf([{ line }], 30, 1), palette);
  assert.match(text, "a[31mbcde");
  assert.not.match(text.replace(/\x1b\[[?\d;]*[A-Za-z]/g, ""), /[\x00-\x1f\x7f-\x9f\u202e]/);
});

test("widths: of letters, marks, wide ones and emoji", () => {
  assert.equal(
    ["abc", "é", "e\u0301", "漢字", "😀", "👩‍👩‍👧", "\u200b", ""].map(textWidth),
    [3, 1, 1, 4, 2, 2, 0, 0],
  );
  assert.is(fitted("漢字漢字", 5), "漢字…");
  assert.is(fitted("abc", 3), "abc");
  assert.is(padded("ab", 4), "ab  ");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, columns) => {
      assert.ok(textWidth(fitted(text, columns)) <= columns);
    }),
  );
});

test("without colours there is still what is bold and where the cursor is", () => {
  const bare = paletteOf({ TERM: "xterm-256color", NO_COLOR: "1" });
  assert.is(bare("red", false), "");
  assert.is(bare("bold", true), "\x1b[1;7m");
  assert.is(paletteOf({ TERM: "xterm" })("red", false), "\x1b[31m");
});

test.run();
