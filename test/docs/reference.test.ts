/** The reference is fresh: docs/cli.md and docs/api.md say what the declarations say, docs/errors.md has every code. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { apiReference, hiddenTypes } from "../../scripts/api-reference.ts";
import { commandReference } from "../../scripts/reference.ts";

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const reference = suite("reference");

reference("docs/cli.md is fresh; `npm run docs` makes it so", () => {
  assert.is(file("docs/cli.md"), commandReference());
});

reference("docs/api.md is fresh; `npm run docs` makes it so", () => {
  assert.is(file("docs/api.md"), apiReference());
});

reference("whoever uses an export can import the types that it mentions", () => {
  // What TypeScript infers a task's types by; nobody writes their names.
  const inference = [
    ...["Arg: LazyParts", "Lazy: LazyProperties", "Resolved: ResolvedParts", "Resolved: Data"],
    ...["catchAll: Recover", "catchError: Recover", "flatMap: Item", "mapTask: Item"],
    ...["ScriptOutput: OutNames", "ScriptOutput: ResultOf", "task: Untyped", "task: TaskOf"],
  ];
  assert.equal(hiddenTypes().sort(), inference.sort());
});

reference("every row of a table has the cells of its head", () => {
  for (const page of [
    "cli",
    "errors",
    "executors",
    "exec",
    "format",
    "limits",
    "mcp",
    "performance",
    "sharing",
    "sql",
    "tags",
  ]) {
    let columns = 0;
    const prose = file(`docs/${page}.md`).replace(/^( *)```[\s\S]*?^\1```$/gm, "");
    for (const line of prose.split("\n")) {
      const cells = line.startsWith("|") ? line.split(/(?<!\\)\|/).length : 0;
      if (columns > 0 && cells > 0) assert.is(cells, columns, `docs/${page}.md: ${line}`);
      columns = cells;
    }
  }
});

reference("docs/errors.md has one line for every code, in the order of the code", () => {
  const declared = [...file("src/errors.ts").matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code]) => code);
  const documented = [...file("docs/errors.md").matchAll(/^\| `(\w+)` \|/gm)].map(
    ([, code]) => code,
  );
  assert.ok(declared.length > 30);
  assert.equal(documented, declared);
});

reference.run();
