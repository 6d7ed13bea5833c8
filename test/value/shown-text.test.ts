import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { clip, shellWord } from "../../src/value/shown-text.ts";
import fc from "../support/property.ts";

const shown = suite("shown text");

shown("what fits is whole, what does not is cut to the length, counted in characters", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  fc.assert(
    fc.property(text, fc.integer({ min: 3, max: 20 }), (text, length) => {
      const characters = [...text];
      const cut = clip(text, length);
      if (characters.length <= length) return cut === text;
      return cut === `${characters.slice(0, length - 3).join("")}...`;
    }),
  );
  assert.is(clip("\u{1f600}".repeat(10), 10), "\u{1f600}".repeat(10));
});

shown("a shell takes a word for itself, however it is written", () => {
  const printable = fc.string({ unit: fc.constantFrom(..."ab '\"\\$`*~#!&|;(){}<>\u00e9") });
  const words = fc.sample(printable, 200);
  const script = `printf '%s\\n' ${words.map(shellWord).join(" ")}`;
  const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
  assert.equal(printed.split("\n").slice(0, -1), words);
});

shown("a word that is shown has no character that acts on a screen", () => {
  assert.is(shellWord("a\x1b[31m\n\u202e"), "'a\\x1b[31m\\x0a\\x202e'");
});

shown.run();
