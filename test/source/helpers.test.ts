/** What a task's function refers to, as its files say. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { helpersOf } from "../../src/source/helpers.ts";
import { patched } from "../../src/source/patched.ts";

const helpers = suite("helpers of a task");

/** `kind name path`, of what the function `text` of `w.ts` uses. */
async function found(text: string, files: Record<string, string>): Promise<string[] | null> {
  const all = await helpersOf(text, ["w.ts"], async (path) => files[path] ?? null);
  return all?.map(({ kind, name, path }) => `${kind} ${name} ${path}`).sort() ?? null;
}

helpers("of its own file and of others, through each other", async () => {
  const run = "() => first(1) + stats.mean([LIMIT]) + other()";
  assert.equal(
    await found(run, {
      "w.ts": `
        import { task } from "redun-git";
        import { first as renamed, unused } from "./lib/a.js";
        import other, { type Shape } from "./lib/b";
        import * as stats from "./lib/index.ts";
        const first = renamed;
        const LIMIT = 3, UNUSED = 4;
        export const main = task(${run});`,
      "lib/a.ts":
        "export const unused = () => 1; export const first = (n: number) => second(n);\nfunction second(n: number) { return n; }",
      "lib/b.ts":
        "export default function other() { return new Thing(); }\nclass Thing {}\nexport interface Shape {}",
      "lib/index.ts": 'export * from "./mean.mts"; export const median = 1;',
      "lib/mean.mts":
        "const total = (ns) => ns.length; const own = (ns) => total(ns); export { own as mean };",
    }),
    [
      "class Thing lib/b.ts",
      "constant LIMIT w.ts",
      "constant first w.ts",
      "function first lib/a.ts",
      "function other lib/b.ts",
      "function own lib/mean.mts",
      "function second lib/a.ts",
      "function total lib/mean.mts",
    ],
  );
});

helpers("no tasks, no names of its own, no properties, no types, and no packages", async () => {
  const run = `(n: Count, { key = n }: Keys) => {
  const local = (key: Count) => key;
  try { return child(local(n.helper) as Count, { helper: 1 }, wide(), outside); } catch (error) { return error; }
}`;
  const file = `
    import { outside } from "somewhere";
    type Count = number; interface Keys { key: Count }
    const helper = 1, local = 2, key = 3, error = 4, n = 5;
    const child = task((n: number) => helper);
    const wide = child.options({ retries: helper });
    export const main = task(${run});`;
  assert.equal(await found(run, { "w.ts": file }), []);
});

helpers("of a task in an imported file; null where there is none", async () => {
  const files = {
    "w.ts": 'import { main } from "./tasks/main.ts"; export { main };',
    "tasks/main.ts":
      'import { half } from "../half.ts";\nexport const main = task((n) => half(n));',
    "half.ts":
      'import "./tasks/main.ts"; export { half } from "./half.ts"; export const half = (n) => n / 2;',
  };
  assert.equal(await found("(n) => half(n)", { ...files, "half.ts": "export const half = 2;" }), [
    "constant half half.ts",
  ]);
  // Two files that pass a name to each other.
  assert.equal(await found("(n) => half(n)", files), []);
  assert.is(await found("(n) => half(n) + 1", files), null);
});

helpers("a file after a patch of git's", () => {
  const patch = `diff --git a/lib/a.ts b/lib/a.ts
index 0123456789012345678901234567890123456789..0123456789012345678901234567890123456780 100644
--- a/lib/a.ts
+++ b/lib/a.ts
@@ -1,2 +1,2 @@
 const a = 1;
-const b = 2;
+const b = 3;
diff --git a/new.ts b/new.ts
new file mode 100644
index 0000000000000000000000000000000000000000..0123456789012345678901234567890123456780
--- /dev/null
+++ b/new.ts
@@ -0,0 +1 @@
+const c = 1;
`;
  assert.is(
    patched(patch, "lib/a.ts", "const a = 1;\nconst b = 2;\n"),
    "const a = 1;\nconst b = 3;\n",
  );
  assert.is(patched(patch, "new.ts", null), "const c = 1;\n");
  assert.is(patched(patch, "lib/a.ts", "something else\n"), null);
  assert.is(patched(patch, "b.ts", "const a = 1;\n"), null);
});

helpers.run();
