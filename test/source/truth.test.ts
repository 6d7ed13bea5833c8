import { suite } from "uvu";
import * as assert from "uvu/assert";
import { truthAsked } from "../../src/source/truth.ts";

const truth = suite("where the truth of a lazy value is asked");

const HEAD = `import { task as t } from "redun-git";
import { flag as imported } from "./flags.js";
const ok = t((n) => n > 1), num = t(() => 1), made = t(() => ({ ready: true }));
const plain = (n) => n > 1;
`;
const FLAGS = {
  file: "/w/flags.ts",
  text: `import { task } from "redun-git"; export const flag = task((n: number): boolean => n > 1);`,
};

/** What is found in a task's body, as \`text:as\`. */
function found(body: string, params = ""): string[] {
  const text = `${HEAD}export const main = t(async (${params}) => {\n${body}\n});\n`;
  return truthAsked([{ file: "/w/main.ts", text }, FLAGS]).map(({ file, line, text, as }) => {
    assert.equal([file, line], ["/w/main.ts", 6]);
    return `${text}:${as}`;
  });
}

for (const [body, expected] of [
  ["if (ok(1)) return 1;", ["ok(1):true"]],
  ["const x = ok(2); if (x && plain(1)) return 2;", ["x:true"]],
  ["while (ok(3)) break; do {} while (ok(4)); for (; ok(5); );", ["ok(3)", "ok(4)", "ok(5)"]],
  ["return plain(1) || ok(4) ? 1 : 2;", ["ok(4):true"]],
  ["return (plain(1) || ok(4)) && 2;", ["ok(4):true"]],
  ["return [!ok(5), ok(1) && 3, ok(2) || 4, ok(3) ?? 5];", ["ok(5)", "ok(1)", "ok(2)", "ok(3)"]],
  ["if (num() === 1 || 2 !== num()) return 7;", ["num():unequal", "num():unequal"]],
  ["switch (num()) { case 1: return 1; }", ["num():unequal"]],
  [
    "[1].filter((n) => ok(n)); [1].some(ok); [1].find((n) => made().ready);",
    ["ok(n)", "ok", "made().ready"],
  ],
  ["if (imported(1)) return 1;", ["imported(1):true"]],
  ["if (made().ready as boolean) return 1;", ["made().ready:true"]],
  ["if (Boolean(ok.options({ tags: {} })(1))) return 1;", ["ok.options({ tags: {} })(1):true"]],
] as const) {
  truth(`told: ${body}`, () => {
    const lines = found(body);
    assert.is(lines.length, expected.length, lines.join(" "));
    for (const [at, line] of lines.entries()) assert.ok(line.startsWith(expected[at]!), line);
  });
}

for (const [body, params] of [
  ["if (await ok(1)) return 1;", ""],
  ["const x = await num(); if (x === 1 && (await made()).ready) return x;", ""],
  ["if (ok) return ok(1);", "ok"],
  ["if (ok) return ok(1);", "{ a: [ok] }"],
  ["const ok = plain; if (ok(1)) return 1;", ""],
  ["{ const num = () => 1; if (num()) return 2; }", ""],
  ["let x = ok(1); x = true; if (x) return 1;", ""],
  ["return plain(1) ? num() : ok(2);", ""],
  ["return plain(1) && num();", ""],
  ["return [1].map((n) => ok(n)), [1].filter(async (n) => ok(n));", ""],
  ["if (made().ready.length(1)) return num();", ""],
] as const) {
  truth(`no false alarm: ${body}`, () => {
    assert.equal(found(body, params), []);
  });
}

truth("a file that does not parse, or knows no tasks, is passed over", () => {
  const files = ["if (", "const ok = () => 1; if (ok()) {}", ""];
  assert.equal(truthAsked(files.map((text, at) => ({ file: `/w/${at}.ts`, text }))), []);
});

truth.run();
