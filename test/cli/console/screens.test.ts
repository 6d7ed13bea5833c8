/** Every screen, read from a real log and drawn, without a terminal. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { actionsIn, lineWidth, type Row } from "../../../cli/console/content.ts";
import { draw } from "../../../cli/console/draw.ts";
import { Edits } from "../../../cli/console/edits.ts";
import { nextState } from "../../../cli/console/next-state.ts";
import { readPage } from "../../../cli/console/read-page.ts";
import { initial, type Page } from "../../../cli/console/state.ts";
import { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import { parseAddress, printAddress } from "../../../src/views/address.ts";
import { cli, logged, ok, record, workflowRepository } from "../../support/cli.ts";

const WORKFLOW = (greeting: string) => `
import { File, task } from "redun-git";
export const namespace = "acme";
export const greet = task(function greet(name: string) {
  return \`${greeting}, \${name}!\`;
});
export const write = task((text: string) => new File("out.txt").write(text));
export const leaf = task((n: number) => n + 1);
export const many = task((count: number) => Array.from({ length: count }, (_, n) => leaf(n)));
export const bad = task((): string => { throw new RangeError("\\x1b[2Jon purpose"); });
export const main = task((name = "you") => [write(greet(name)), many(30)]);
`;

const { dir, git } = workflowRepository({ "workflow.ts": WORKFLOW("Hello") });

record(dir, ["workflow.ts", "main", "-t", "env=dev"]);
writeFileSync(join(dir, "workflow.ts"), WORKFLOW("Hallo"));
record(dir, ["workflow.ts", "main", "-t", "env=prod", "-t", "evil=\x1b[31mred\u202e"]);
cli(dir, ["run", "-q", "workflow.ts", "bad"]);
const [failed, newest, oldest] = logged(dir).map(({ id }) => id as string) as [
  string,
  string,
  string,
];

const log = await IndexedLog.open({ cwd: dir });
await log.refresh();

const test = suite("screens");
test.after(() => log.close());

async function lastPage(address: string): Promise<Page> {
  let last: Page | undefined;
  for await (const page of readPage(log, parseAddress(address), 500)) last = page;
  return last!;
}

function rowsIn(
  page: Page,
  columns = 100,
  folded: ReadonlySet<number> = new Set(),
): readonly Row[] {
  const rows = page.rows({ columns, folded });
  return rows.read(0, rows.count);
}

const lineText = ({ line }: Row) =>
  line
    .map(({ text }) => text)
    .join("")
    .trimEnd();
const textOf = (rows: readonly Row[]) => rows.map(lineText).join("\n");

/** The addresses that the rows open. */
function opens(rows: readonly Row[]): string[] {
  return rows
    .flatMap(({ line }) => actionsIn(line))
    .flatMap(({ action }) => (action.does === "open" ? [printAddress(action.address)] : []));
}

/** The first row that has a text. */
function rowWith(rows: readonly Row[], text: string): Row {
  const row = rows.find((one) => lineText(one).includes(text));
  assert.ok(row, `${text} in\n${textOf(rows)}`);
  return row;
}

test("a list of nothing says so", async () => {
  const page = await lastPage("executions?env=none");
  assert.is(textOf(rowsIn(page)), "No executions match.");
  assert.is(page.note, "0 executions");
});

test("executions: how each ended, what it ran, and facets", async () => {
  const page = await lastPage("");
  const rows = rowsIn(page);
  assert.is(page.note, "3 executions");
  assert.match(lineText(rows[0]!), /^\w{8} ✗ FAILED \d{4}-.* run .*workflow.ts bad$/);
  assert.match(lineText(rows[2]!), /✓ DONE .* run .*workflow.ts main -t env=dev \(env=dev\)$/);
  assert.equal(
    opens(rows),
    [failed, newest, oldest].map((id) => `executions/${id.slice(0, 8)}`),
  );
  const side = textOf(page.side!.read(0, 100));
  assert.match(side, /^status\n {2}DONE +2\n {2}FAILED +1\n/);
  assert.match(side, /env\n {2}dev +1\n {2}prod +1/);
});

test("an execution: tags with who set them, jobs by status, the tree, which folds", async () => {
  const page = await lastPage(`executions/${newest}`);
  const rows = rowsIn(page);
  const text = textOf(rows);
  assert.match(text, /env=prod +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S/);
  assert.ok(rows.some(({ tag }) => tag === "env=prod"));
  assert.match(text, /\| TASK +PENDING RUNNING +FAILED +CACHED +DONE +TOTAL/);
  const cells = opens([rowWith(rows, "| acme.leaf")]);
  assert.is(cells.at(-1), `jobs?exec = ${newest} and task = acme.leaf`);
  const found = await lastPage(cells.at(-1)!);
  assert.is(found.note, "30 jobs");
  const unfolded = rows.length;
  const fold = actionsIn(rowWith(rows, "acme.many(").line).find(
    ({ action }) => action.does === "fold",
  )!;
  assert.ok(fold.action.does === "fold");
  const folded = rowsIn(page, 100, new Set([fold.action.number]));
  assert.is(folded.length, unfolded - 30);
  assert.match(textOf(folded), "▸ Job");
  assert.match(textOf(folded), "acme.write");
});

test("a failed execution says why, and where in the source", async () => {
  const text = textOf(rowsIn(await lastPage(`executions/${failed}`)));
  assert.match(text, "Failed in Job");
  assert.match(text, /RangeError: .*on purpose/);
  assert.match(text, "workflow.ts:");
});

test("a job: the way to it, its arguments and result; what it names can be opened", async () => {
  const [job] = logged(dir, ["--job", "--task-name", "acme.greet"]);
  const page = await lastPage(`jobs/${job.id}`);
  const rows = rowsIn(page);
  assert.match(textOf(rows), "Traceback: Exec");
  assert.match(textOf(rows), "Result: 'Hallo, you!'");
  const there = opens(rows);
  assert.ok(there.includes(`executions/${newest.slice(0, 8)}`));
  assert.ok(there.some((address) => address.startsWith("tasks/")));
  assert.ok(there.some((address) => address.startsWith("calls/")));
  for (const address of new Set(there)) await lastPage(address);
});

test("a task: its versions, and what changed in its source", async () => {
  const text = textOf(rowsIn(await lastPage("tasks/acme.greet")));
  assert.match(text, "Other versions:");
  assert.match(text, /-.*Hello.*\n.*\+.*Hallo/);
});

test("a file: who wrote it", async () => {
  const page = await lastPage("files/out.txt");
  assert.match(textOf(rowsIn(page)), "Produced by Job");
  assert.match(printAddress(page.address), /^values\/\w{8}$/);
});

test("tags: keys, values, and what has them", async () => {
  const keys = await lastPage("tags");
  assert.ok(opens(rowsIn(keys)).includes("tags/env"));
  const values = rowsIn(await lastPage("tags/env"));
  assert.equal(opens(values), ["executions?env = dev", "executions?env = prod"]);
});

test("two executions: what differs, then everything that separates them", async () => {
  const page = await lastPage(`compare/${oldest},${newest}`);
  const rows = rowsIn(page, 80);
  assert.match(textOf(rows), /env +dev +prod/);
  assert.not.match(textOf(rows), /^user /m);
  assert.match(textOf(rows), "--- Exec");
  assert.is((await lastPage(`compare/${newest}`)).note, "2 executions");
});

test("tags in conflict are listed, chosen from, and resolved", async () => {
  git("update-ref", "refs/redun/other", "refs/redun/main");
  ok(dir, ["tag", "update", newest, "env=live", "-m", "ours"]);
  ok(dir, ["tag", "update", "--log", "other", newest, "env=test", "-m", "theirs"]);
  ok(dir, ["merge", "other"]);
  await log.refresh();
  const [row] = rowsIn(await lastPage("conflicts")).filter(({ subject }) => subject);
  assert.is(row!.subject!.id, newest);
  assert.match(textOf(rowsIn(await lastPage("tags"))), "1 with tags in conflict");
  const edits = new Edits(log);
  const choice = (await edits.rivals(row!.subject!))!;
  assert.equal(choice.rivals.map(({ tag }) => tag).sort(), ["env=live", "env=test"]);
  assert.ok(choice.rivals.every(({ by }) => /: (ours|theirs)$/.test(by)));
  await edits.apply({
    kind: "update",
    subject: row!.subject!,
    tag: "env=live",
    reason: "ours it is",
  });
  assert.is(await edits.rivals(row!.subject!), null);
  assert.match(textOf(rowsIn(await lastPage("conflicts"))), "No tags are in conflict.");
  assert.match(textOf(rowsIn(await lastPage(`history/${newest}`))), "ours it is");
});

test("no screen has a line that is too wide, nor anything that acts on a terminal", async () => {
  const addresses = [
    "",
    "jobs",
    "all",
    "tags",
    "tags/evil",
    `executions/${newest}`,
    "calls",
    "values",
  ];
  for (const address of addresses) {
    const page = await lastPage(address);
    const { state } = initial(parseAddress(address), 80, 24);
    const { state: read } = nextState(state, { kind: "read", screen: 1, page });
    const frame = draw(read);
    const text = frame.cells.flatMap((cells) => cells.map((cell) => cell.text)).join("");
    assert.not.match(text, /[\x00-\x1f\x7f-\x9f\u202e]/);
    const document = address.startsWith("executions/");
    if (document)
      assert.ok(
        rowsIn(page, 60)
          .slice(0, 5)
          .every(({ line }) => lineWidth(line) <= 60),
      );
  }
});

test.run();
