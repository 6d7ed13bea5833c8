import { test } from "uvu";
import * as assert from "uvu/assert";
import { InputDecoder, type InputEvent } from "../../../cli/console/input.ts";
import fc from "../../support/property.ts";

const keys = (events: readonly InputEvent[]) =>
  events.map((event) => (event.kind === "key" ? event.key : event));
const read = (text: string) => keys(new InputDecoder().read(text));

test("keys by their names", () => {
  assert.equal(read("aé?\r\t\x7f\x03\x1a"), [
    ...["a", "é", "?", "enter", "tab", "backspace", "ctrl-c", "ctrl-z"],
  ]);
  assert.equal(read("\x1b[A\x1b[B\x1bOC\x1b[D\x1b[H\x1b[F"), [
    ...["up", "down", "right", "left", "home", "end"],
  ]);
  assert.equal(read("\x1b[5~\x1b[6~\x1b[3~\x1b[Z\x1bOP"), [
    ...["pageup", "pagedown", "delete", "backtab", "f1"],
  ]);
  assert.equal(read("\x1b[1;5A"), ["up"], "with control held");
  assert.equal(read("\x1bx"), ["alt-x"]);
  assert.equal(read("\x1b[99~"), [], "of a key that we do not know");
  assert.equal(read("😀"), ["😀"]);
});

test("the mouse: clicks of the first button, and the wheel", () => {
  assert.equal(read("\x1b[<0;10;3M\x1b[<0;10;3m"), [{ kind: "click", column: 9, row: 2 }]);
  assert.equal(read("\x1b[<64;1;1M\x1b[<65;1;1M"), [
    { kind: "wheel-up", column: 0, row: 0 },
    { kind: "wheel-down", column: 0, row: 0 },
  ]);
  assert.equal(read("\x1b[<2;1;1M"), []);
});

test("a paste is text, whatever is in it", () => {
  assert.equal(read("\x1b[200~q\x1b[A\n\x1b[201~x"), [{ kind: "paste", text: "q\x1b[A\n" }, "x"]);
});

test("an escape by itself is known once nothing follows", () => {
  const decoder = new InputDecoder();
  assert.equal(decoder.read("\x1b"), []);
  assert.ok(decoder.isWaiting);
  assert.equal(keys(decoder.flush()), ["escape"]);
  assert.not(decoder.isWaiting);
  assert.equal(read("\x1b\x1b[A"), ["escape", "up"]);
});

test("it makes no difference where the terminal cuts what it sends", () => {
  const piece = fc.constantFrom(
    ...[
      "a",
      "é",
      "\x1b[A",
      "\x1bOP",
      "\x1b[<0;12;7M",
      "\x1b[200~pa\x1b[B\x1b[201~",
      "\x1b[5~",
      "\r",
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(60)), (pieces, cuts) => {
      const text = pieces.join("");
      const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
      const decoder = new InputDecoder();
      const events = at.slice(1).flatMap((to, n) => decoder.read(text.slice(at[n], to)));
      assert.equal(events, new InputDecoder().read(text));
    }),
  );
});

test("anything at all is read to its end", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."\x1b[<;~O0129MmAé\n") }), (text) => {
      const decoder = new InputDecoder();
      decoder.read(text);
      decoder.flush();
      assert.not(decoder.isWaiting);
    }),
  );
});

test.run();
