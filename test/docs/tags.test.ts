/** docs/tags.md says what the code does: its tables are checked, and its commands exist. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../cli/commands.ts";
import { FIELDS, isField } from "../../src/query/condition.ts";
import { operatorsOf } from "../../src/query/operand.ts";
import { parseQuery } from "../../src/query/parse.ts";
import { formatTag, parseTagKeyValue } from "../../src/tag/text.ts";

const text = readFileSync(new URL("../../docs/tags.md", import.meta.url), "utf8");
const typed = text.split("\n").filter((line) => /^(?:bob)?\$ redun-git /.test(line));

const page = suite("docs/tags.md");

page("what is typed is printed as the table says", () => {
  const rows = tableBelow("typed");
  assert.ok(rows.length > 10);
  for (const [word, , printed] of rows) {
    const { key, value } = parseTagKeyValue(code(word!).replace(/^'(.*)'$/, "$1"), {
      valueRequired: true,
    });
    assert.is(formatTag(key, value!), code(printed!));
  }
});

page("every field is there, with its operators", () => {
  const rows = tableBelow("field");
  const named = rows.flatMap(([fields, , , operators]) =>
    fields!.split(", ").map((field) => [code(field), code(operators!).split(" ")] as const),
  );
  assert.equal(named.map(([field]) => field).sort(), Object.keys(FIELDS).sort());
  for (const [field, operators] of named) {
    assert.ok(isField(field));
    assert.equal(operators, [...operatorsOf(field), "in"]);
  }
});

page("its commands have these options", () => {
  assert.ok(typed.length > 30);
  for (const line of typed) {
    const words = line.slice(line.indexOf("redun-git ") + "redun-git ".length);
    const command = COMMANDS.find(({ name }) => `${words} `.startsWith(`${name} `));
    assert.ok(command, line);
    // What stands behind the script belongs to the workflow.
    const own = words.split(/ \| | workflow\.ts/)[0]!;
    for (const [option] of own.replace(/'[^']*'|"[^"]*"/g, "").matchAll(/(?<= )--?[a-z][a-z-]*/g)) {
      const isKnown = command.options.some(({ flags }) => flags.split(/[ ,]+/).includes(option));
      assert.ok(isKnown, `${option} in ${line}`);
    }
  }
});

page("its queries are read, or refused as it shows", () => {
  const queries = [...text.matchAll(/--where '(.*?)'(.*\n.*)/g)];
  assert.ok(queries.length > 2);
  for (const [, query, behind] of queries) {
    const read = () => parseQuery(query!);
    if (behind!.includes("error: The query")) assert.throws(read, /expected/);
    else read();
  }
});

page.run();

/** The cells of the rows of the table whose first column has this title. */
function tableBelow(title: string): string[][] {
  const lines = text.split("\n");
  const head = lines.findIndex((line) => line.startsWith(`| ${title} `));
  const end = lines.findIndex((line, at) => at > head && !line.startsWith("|"));
  return lines.slice(head + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** What stands between backticks. */
function code(cell: string): string {
  return cell.replace(/^`(.*)`$/, "$1");
}
