import { suite } from "uvu";
import * as assert from "uvu/assert";
import { notebookWithoutOutputs } from "../../src/compare/notebooks.ts";

const notebooks = suite("notebooks without outputs");

/** A notebook as it is written, and as `jupyter nbconvert --execute` writes it back. */
const WRITTEN = {
  cells: [
    { cell_type: "markdown", metadata: {}, source: ["# Sums\n", "of numbers"] },
    {
      cell_type: "code",
      execution_count: null,
      metadata: { tags: ["parameters"] },
      outputs: [],
      source: ["n = 1\n", "print(n)"],
    },
  ],
  metadata: { kernelspec: { name: "python3" } },
  nbformat: 4,
  nbformat_minor: 4,
};
const EXECUTED = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "python3" }, language_info: { version: "3.11.7" } },
  cells: [
    { cell_type: "markdown", id: "m1", metadata: {}, source: "# Sums\nof numbers" },
    {
      cell_type: "code",
      id: "c1",
      execution_count: 3,
      metadata: { tags: ["parameters"], execution: { "iopub.status.busy": "2026-11-30" } },
      outputs: [{ name: "stdout", output_type: "stream", text: ["1\n"] }],
      source: ["n = 1\n", "print(n)"],
    },
  ],
};
const [text, note] = EXECUTED.cells;
const without = (value: unknown) => notebookWithoutOutputs(JSON.stringify(value));

notebooks("executing one changes outputs alone", () => {
  assert.type(without(WRITTEN), "string");
  assert.is(without(WRITTEN), without(EXECUTED));
});

for (const [what, changed] of [
  ["code", { ...EXECUTED, cells: [text, { ...note, source: "n = 2\nprint(n)" }] }],
  ["text", { ...EXECUTED, cells: [{ ...text, source: "# Sums" }, note] }],
  ["the kernel", { ...EXECUTED, metadata: { kernelspec: { name: "ir" } } }],
  ["a tag of a cell", { ...EXECUTED, cells: [text, { ...note, metadata: { tags: [] } }] }],
  ["the order of cells", { ...EXECUTED, cells: [note, text] }],
  ["a cell less", { ...EXECUTED, cells: [note] }],
] as const) {
  notebooks(`${what} is no output`, () => {
    assert.type(without(changed), "string");
    assert.is.not(without(changed), without(EXECUTED));
  });
}

notebooks("what is no notebook has none", () => {
  for (const other of [null, 4, [], {}, { cells: 4 }, { cells: [4] }, { worksheets: [] }]) {
    assert.is(without(other), null);
  }
  assert.is(notebookWithoutOutputs("{"), null);
  assert.is(notebookWithoutOutputs(""), null);
});

notebooks.run();
