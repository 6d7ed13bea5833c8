/** The console without a terminal and without a log: what each key makes of its state. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Row, rowsOf } from "../../../cli/console/content.ts";
import { draw } from "../../../cli/console/draw.ts";
import { helpLines } from "../../../cli/console/help.ts";
import { KEY_TABLE } from "../../../cli/console/key-table.ts";
import { type Event, nextState } from "../../../cli/console/next-state.ts";
import { initial, type Next, type Page, type State, shown } from "../../../cli/console/state.ts";
import { type Address, parseAddress, printAddress } from "../../../src/views/address.ts";
import fc from "../../support/property.ts";

const RUNS: Address = { kind: "list", type: "Execution", query: null };
const idOf = (n: number) => String(n).padStart(8, "0").repeat(5);

/** A list of so many executions, with two facets. */
function listOf(count: number, address = RUNS): Page {
  const rows = Array.from({ length: count }, (_, n): Row => {
    const open = { kind: "entity", type: "Execution", id: idOf(n).slice(0, 8) } as const;
    return {
      line: [{ text: `run ${n}`, action: { does: "open", address: open } }, { text: " tail" }],
      subject: { type: "Execution", id: idOf(n), conflicts: [] },
    };
  });
  const facet = (condition: string): Row => ({
    line: [{ text: condition, action: { does: "facet", condition } }],
  });
  return {
    address,
    rows: () => rowsOf(rows),
    side: rowsOf([facet("env = dev"), facet("env = prod")]),
    note: `${count} executions`,
    ...{ subject: null, isLive: false, isCut: false },
  };
}

/** A console of 80 columns and 24 lines at a list of 100 executions, after some events. */
function console(...events: (string | Event)[]): Next {
  const page = listOf(100);
  const start = initial(RUNS, 80, 24).state;
  const first = nextState(start, { kind: "read", screen: 1, page });
  return events.reduce<Next>(({ state }, event) => {
    return nextState(state, typeof event === "string" ? { kind: "key", key: event } : event);
  }, first);
}

const addressOf = ({ state }: Next) => printAddress(shown(state).address);
const textOf = (state: State) =>
  draw(state).cells.map((cells) =>
    cells
      .map(({ text }) => text)
      .join("")
      .trimEnd(),
  );

const test = suite("the console's state");

test("it begins with a reading, and shows the command that opens it", () => {
  const { state, effects } = initial(parseAddress("?env=prod and x"), 80, 24);
  assert.is(effects[0]!.does, "read");
  assert.match(
    textOf(state)[0]!,
    /^redun-git console 'executions\?env=prod and x' +reading \.\.\.$/,
  );
  const lines = textOf(console().state);
  assert.is(lines.length, 24);
  assert.match(lines[0]!, /^redun-git console +100 executions$/);
  assert.match(lines[1]!, /^env = dev +│ ›run 0 tail$/);
  assert.is(lines[22], "1/100");
  assert.match(lines[23]!, /^Enter open {2}Esc back {2}/);
});

test("the cursor moves, stays on rows, and is always seen", () => {
  const cursor = (...keys: string[]) => shown(console(...keys).state).main;
  assert.equal(cursor("j", "down", "k"), { cursor: 1, top: 0 });
  assert.equal(cursor("up"), { cursor: 0, top: 0 });
  assert.equal(cursor("G"), { cursor: 99, top: 79 });
  assert.equal(cursor("G", "g"), { cursor: 0, top: 0 });
  assert.equal(cursor("pagedown"), { cursor: 21, top: 1 });
  const keys = fc.constantFrom("j", "k", "G", "g", "pagedown", "pageup", "tab", "m", "?", "escape");
  const sizes = fc.record({
    kind: fc.constant("resize" as const),
    columns: fc.nat(120),
    lines: fc.nat(40),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(keys, sizes), { maxLength: 30 }), (events) => {
      const { state } = console(...events);
      const { main, rows } = shown(state);
      const height = Math.max(state.lines - 3, 1);
      assert.ok(main.cursor >= 0 && main.cursor < rows.count);
      assert.ok(main.top <= main.cursor && main.cursor < main.top + height);
      draw(state);
    }),
  );
});

test("Enter opens what the cursor is on, Escape goes back to where one was", () => {
  const there = console("j", "j", "enter");
  assert.is(addressOf(there), "executions/00000002");
  assert.is(there.effects[0]!.does, "read");
  const back = console("j", "j", "enter", "escape");
  assert.is(addressOf(back), "executions");
  assert.is(shown(back.state).main.cursor, 2);
  assert.match(console("escape").state.message!.text, "the first screen");
});

test("a facet is chosen, another in its place, and no longer", () => {
  assert.is(addressOf(console("tab", "enter")), "executions?env = dev");
  assert.is(addressOf(console("tab", "enter", "j", "enter")), "executions?env = prod");
  assert.is(addressOf(console("tab", "enter", "enter")), "executions");
});

test("a query is typed, edited and kept; it is read as it stands", () => {
  const typed = console("/", ..."cost>3", "home", ..."not ", "enter");
  assert.is(addressOf(typed), "executions?not cost>3");
  const read = typed.effects[0]!;
  assert.is(read.does === "read" && printAddress(read.address), "executions?not cost>3");
  assert.is(addressOf(console("/", ..."abc", "escape")), "executions");
  const pasted = console("/", { kind: "paste", text: "a\nb\x1b" }, "ctrl-w", ..."c", "enter");
  assert.is(addressOf(pasted), "executions?a c");
  const again = console("/", ..."abc", "enter", "/").state.prompt!;
  assert.equal([again.text, again.at], ["abc", 3]);
});

test("one goes to any address; what is none is said", () => {
  assert.is(addressOf(console(":", ..."tags/env", "enter")), "tags/env");
  assert.match(console(":", ..."compare/", "enter").state.message!.text, "needs the ids");
});

test("marked executions are compared", () => {
  const { state } = console("m", "m");
  assert.equal(state.marked, [idOf(0), idOf(1)]);
  assert.match(textOf(state)[1]!, "│● run 0");
  assert.is(addressOf(console("m", "m", "c")), "compare/00000000,00000001");
  assert.equal(console("m", "k", "m").state.marked, []);
  assert.is(addressOf(console("d")), "compare/00000000");
});

test("a tag is added with a reason, set with what is there, removed", () => {
  const { effects } = console("+", ..."env=prod", "enter", ..."it passed", "enter");
  const [effect] = effects;
  assert.ok(effect?.does === "edit");
  assert.equal(effect.edit, {
    ...{ kind: "add", tag: "env=prod", reason: "it passed" },
    subject: { type: "Execution", id: idOf(0), conflicts: [] },
  });
  assert.match(console("-").state.prompt!.question, "Remove from executions/00000000");
  assert.equal(console("+", ..."a=b", "enter", "escape").effects, []);
  const edited = console({ kind: "edited", text: "Set." });
  assert.is(edited.state.message!.text, "Set.");
  assert.is(edited.effects[0]!.does, "read");
  assert.is(console("u").effects[0]!.does, "undo");
});

test("of tags in conflict one is chosen, and set with a reason", () => {
  const subject = { type: "Execution", id: idOf(0), conflicts: [] } as const;
  const rivals = ["env=dev", "env=prod"].map((tag) => ({ tag, by: "Ada" }));
  assert.is(console("!").effects[0]!.does, "rivals");
  const choice: Event = { kind: "rivals", choice: { subject, rivals, cursor: 0 } };
  const lines = textOf(console(choice).state);
  assert.equal(lines.slice(20, 23), [
    " ›env=dev   Ada",
    "  env=prod  Ada",
    "Which of them is to stay?",
  ]);
  const [effect] = console(choice, "down", "enter", ..."ok", "enter").effects;
  assert.ok(effect?.does === "edit");
  assert.equal(
    [effect.edit.kind, effect.edit.tag, effect.edit.reason],
    ["update", "env=prod", "ok"],
  );
  assert.is(console(choice, "escape").state.choice, null);
});

test("the address and the id are copied", () => {
  const copied = (...keys: string[]) => {
    const [effect] = console(...keys).effects;
    return effect?.does === "copy" && effect.text;
  };
  assert.is(copied("j", "y"), "executions/00000001");
  assert.is(copied("j", "Y"), idOf(1));
});

test("the mouse: a click chooses, on what is chosen opens; facets at once; the wheel scrolls", () => {
  const click = (column: number, row: number): Event => ({ kind: "click", column, row });
  assert.is(shown(console(click(40, 5)).state).main.cursor, 4);
  assert.is(addressOf(console(click(28, 5))), "executions/00000004", "on its id");
  assert.is(addressOf(console(click(34, 5), click(34, 5))), "executions/00000004");
  assert.is(addressOf(console(click(3, 2))), "executions?env = prod");
  assert.is(shown(console({ kind: "wheel-down", column: 40, row: 3 }).state).main.cursor, 3);
  assert.is(addressOf(console(click(40, 0), click(3, 23), click(70, 50))), "executions");
});

test("a page that is read again leaves the cursor, and what is late leaves another screen", () => {
  const again: Event = { kind: "read", screen: 1, page: listOf(3) };
  assert.is(shown(console("G", again).state).main.cursor, 2);
  const late = console("enter", again);
  assert.is(addressOf(late), "executions/00000000");
  assert.is(shown(late.state).page, null);
  const failed = console({ kind: "failed", screen: 1, text: "no such\x1b[2J tag" });
  assert.match(textOf(failed.state)[22]!, "no such\\x1b[2J tag");
});

test("a screen is read again when one comes back to it, if the log has changed since", () => {
  assert.equal(console("enter", "escape").effects, []);
  const [effect] = console("enter", { kind: "edited", text: "Set." }, "escape").effects;
  assert.ok(effect?.does === "read" && effect.screen === 1);
  const page = listOf(100);
  const again = console("enter", { kind: "changed" }, { kind: "read", screen: 1, page }, "escape");
  assert.equal(again.effects, []);
});

test("the end of what was read asks for more, if there is more", () => {
  const page = { ...listOf(100), isCut: true };
  const { effects } = console({ kind: "read", screen: 1, page }, "G");
  assert.ok(effects[0]?.does === "read" && effects[0].limit === 2000);
  assert.equal(console("G").effects, []);
});

test("the help has every key, and closes", () => {
  const help = helpLines(80)
    .map((line) => line.map(({ text }) => text).join(""))
    .join("\n");
  const bindings = KEY_TABLE.flatMap((group) => group.bindings);
  for (const { about } of bindings) assert.match(help, about);
  const keys = bindings.flatMap((binding) => binding.keys);
  assert.is(new Set(keys).size, keys.length, "no key does two things");
  assert.match(textOf(console("?").state).join("\n"), "one line up");
  assert.is(console("?", "down", "down").state.help, 2);
  assert.is(console("?", "escape").state.help, null);
  assert.match(console("%").state.message!.text, "? shows the keys");
});

test.run();
