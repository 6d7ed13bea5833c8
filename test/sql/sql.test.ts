/** The log by SQL: the tables of docs/sql.md, beside what the other commands say; and what cannot be done. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ProvenanceLog, RedunError } from "../../src/api.ts";
import { oneSelect } from "../../src/sql/statement.ts";
import { SQL_TABLES } from "../../src/sql/tables.ts";
import { rejects } from "../git/contract/support.ts";
import { cli, ok, record, workflowRepository } from "../support/cli.ts";

// Built, because a query starts a process, which is quicker to start so.
const { openLog }: typeof import("../../src/api.ts") = await import(
  new URL("../../dist/index.js", import.meta.url).href
);

const PAGE = readFileSync(new URL("../../docs/sql.md", import.meta.url), "utf8");

const WORKFLOW = `import { File, task } from "redun-git";
export const inc = task({ name: "inc", namespace: "math", tags: { level: 3 } }, (n: number) => n + 1);
export const write = task({ name: "write" }, async (file: File) => { await file.write("text"); return file; });
export const main = task({ name: "main" }, (n: number) => [inc(n), inc(n + 1), write(new File("out.txt"))]);
`;

const { dir } = workflowRepository({ "flow.ts": WORKFLOW });
record(dir, ["flow.ts", "main", "--n", "1"]);
record(dir, ["flow.ts", "main", "--n", "1"]);
ok(dir, ["tag", "add", "-", "cost=3.5", "env=live", "who=x y", "ok=true", "big=9007199254740993"]);

function json(args: readonly string[]): Record<string, unknown>[] {
  const lines = ok(dir, [...args, "--format", "json"])
    .split("\n")
    .filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

const sql = suite("sql");
let log: ProvenanceLog;
sql.before(async () => {
  log = await openLog({ cwd: dir });
});
sql.after(() => log.close());

sql("executions are those of `log`", async () => {
  const rows = json(["sql", "select * from executions order by started desc"]);
  const logged = json(["log"]);
  assert.is(rows.length, 2);
  for (const [at, row] of rows.entries()) {
    const execution = logged[at]!;
    assert.equal(
      [row.id, row.task, row.status, row.started, row.ended, row.user],
      [execution.id, "main", "DONE", execution.start_time, execution.end_time, execution.user],
    );
    assert.equal(JSON.parse(row.argv as string), execution.args);
    assert.is(
      row.seconds,
      (Date.parse(row.ended as string) - Date.parse(row.started as string)) / 1000,
    );
    assert.match(row.code_commit as string, /^[0-9a-f]{40}$/);
  }
});

sql("jobs hang together, and say what the log says", async () => {
  const { rows } = await log.sql(
    `select j.id, p.task, j.task, j.status, j.started from jobs j
     join executions e on e.id = j.execution left join jobs p on p.id = j.parent
     join tasks t on t.id = j.task_hash and t.name = j.task order by j.started, j.id`,
  );
  const logged = await log.jobs();
  assert.is(rows.length, logged.length);
  for (const [id, parent, task, status, started] of rows) {
    const job = logged.find((one) => one.id === id)!;
    assert.equal([task, status, started], [job.task, job.status, job.started.toISOString()]);
    assert.is(parent, task === "main" ? null : "main");
  }
  assert.ok(rows.some(([, , , status]) => status === "CACHED"));
});

sql("tags have their values as SQL has them, and as JSON", async () => {
  const [newest] = await log.executions({ limit: 1 });
  const { rows } = await log.sql(
    `select key, value, json, conflict from tags where type = 'Execution' and entity = '${newest!.id}'
     and key in ('cost', 'env', 'who', 'ok', 'big') order by key`,
  );
  assert.equal(rows, [
    ["big", 9007199254740993n, "9007199254740993", 0],
    ["cost", 3.5, "3.5", 0],
    ["env", "live", '"live"', 0],
    ["ok", 1, "true", 0],
    ["who", "x y", '"x y"', 0],
  ]);
  const { rows: others } = await log.sql(
    "select type, count(*) from tags where key = 'level' group by type order by type",
  );
  assert.equal(others, [
    ["Job", 4],
    ["Task", 1],
  ]);
});

sql("files and tasks", async () => {
  assert.equal((await log.sql("select distinct path from files")).rows, [["out.txt"]]);
  const { rows } = await log.sql("select name from tasks order by name");
  assert.equal(rows, [["main"], ["math.inc"], ["write"]]);
});

sql("what is asked is a query, one, and reads", async () => {
  const bad = [
    "",
    "-- select",
    "delete from job",
    "pragma query_only = 0",
    "attach 'x' as y",
    "select 1; select 2",
  ];
  for (const text of bad)
    assert.throws(
      () => oneSelect(text),
      (error: RedunError) => error.code === "BAD_QUERY",
      text,
    );
  const good = [
    " /* a */ select 1;",
    "select ';' ; -- end",
    'with a as (select 1) select * from "a;"',
    "values (1)",
  ];
  for (const text of good) assert.type(oneSelect(text), "string");
  for (const text of [
    "with a as (select 1) delete from job",
    "select load_extension('x')",
    "select * from nothing",
  ]) {
    await rejects(log.sql(text), "BAD_QUERY");
  }
  assert.is((await log.sql("select count(*) from jobs")).rows[0]![0], 8);
});

sql("a query that does not end is given up", async () => {
  const endless =
    "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c";
  const error = await rejects(log.sql(endless, { timeout: 0.2 }), "BAD_QUERY");
  assert.match(error.message, /given up after 0\.2 s/);
});

sql("rows beyond the limit are left out, and it says so", async () => {
  const { rows, isCut } = await log.sql("select id from jobs", { limit: 3 });
  assert.equal([rows.length, isCut], [3, true]);
  assert.is((await log.sql("select id from jobs", { limit: 8 })).isCut, false);
  const { stdout, stderr } = cli(dir, ["sql", "select id from jobs", "-n", "1"]);
  assert.is(stdout.trimEnd().split("\n").length, 2);
  assert.match(stderr, /only the first row/);
});

sql("text, tables for pages and sheets, and JSON", () => {
  const query = "select 'a|b' as x, 2 as n, null as none, x'00ff' as bytes, '\"q\", z' as q";
  assert.is(ok(dir, ["sql", query]), 'x    n  none  bytes  q\na|b  2        00ff   "q", z\n');
  assert.match(
    ok(dir, ["sql", query, "--format", "md"]),
    /^\| x \| n .*\n\| --- .*\n\| a\\\|b \| 2 \|/,
  );
  assert.match(ok(dir, ["sql", query, "--format", "csv"]), /\r\na\|b,2,,00ff,"""q"", z"\r\n$/);
  assert.equal(json(["sql", query]), [{ x: "a|b", n: 2, none: null, bytes: "00ff", q: '"q", z' }]);
  assert.is(ok(dir, ["sql", "select 1 where 0"]), "No rows.\n");
});

sql(
  "docs/sql.md lists every table and column, as `sql` without a query does; its queries run",
  async () => {
    const listed = ok(dir, ["sql"]);
    for (const { name, columns } of SQL_TABLES) {
      const section = PAGE.split(`\n## ${name}\n`)[1]!.split("\n## ")[0]!;
      const rows = columns.map(
        (column) => `| \`${column.name}\` | ${column.type} | ${column.about} |`,
      );
      assert.equal(
        section.split("\n").filter((line) => line.startsWith("| `")),
        rows,
      );
      for (const column of columns) assert.ok(listed.includes(column.about), column.name);
    }
    const queries = [...PAGE.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, query]) => query!);
    assert.ok(queries.length > 2);
    for (const query of queries) await log.sql(query);
  },
);

sql.run();
