/** `redun-git report`: what is in the file, and the Markdown of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, record, workflowRepository } from "../../support/cli.ts";

const WORKFLOW = `import { task } from "redun-git";
export const namespace = "acme";
export const leaf = task({ name: "leaf" }, (n: number) => n * 2);
export const wide = task({ name: "wide" }, (n: number) => Array.from({ length: n }, (_, i) => leaf(i)));
export const fail = task({ name: "fail" }, (why: string): string => { throw new Error(why); });
`;
const HOSTILE = "</script> ``` | <b> @everyone";
const { dir } = workflowRepository({ "flow.ts": WORKFLOW });
record(dir, ["flow.ts", "wide", "--n", "999", "-t", "sweep=1"]);
record(dir, ["flow.ts", "wide", "--n", "3", "-t", "sweep=2"]);
assert.is(cli(dir, ["run", "-q", "flow.ts", "fail", "--why", HOSTILE, "-t", "sweep=3"]).status, 1);
const [failed, small, wide] = logged(dir);

/** What a report has in itself: answers by their questions. */
function answersIn(html: string): Record<string, string> {
  const [, data] = /<script type="text\/plain" id="data">([\w+/=]*)<\/script>/.exec(html)!;
  return JSON.parse(gunzipSync(Buffer.from(data!, "base64")).toString());
}

const test = suite("report");

test("a run of a thousand jobs is one file below 2 MB, with a page for each job", () => {
  ok(dir, ["report", wide.id, "-o", "wide.html"]);
  const html = readFileSync(join(dir, "wide.html"), "utf8");
  assert.ok(html.length < 2_000_000, String(html.length));
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
  assert.match(html, /connect-src 'none'/);
  assert.not.match(html, /(?:src|href)="(?!data:)/);
  assert.is(html.match(/<\/script/g)?.length, 2);
  const questions = Object.keys(answersIn(html));
  assert.is(questions.filter((key) => key.startsWith("entity?address=jobs%2F")).length, 1000);
  assert.equal(JSON.parse(answersIn(html)["info?"]!).isReport, true);
});

test("of several runs it has the table, of two what differs; without a word it is of the latest", () => {
  const two = Object.keys(answersIn(ok(dir, ["report", small.id, failed.id])));
  assert.ok(two.includes(`table?ids=${small.id}%2C${failed.id}`));
  assert.ok(two.includes(`comparison?after=${failed.id}&before=${small.id}`));
  const all = Object.keys(answersIn(ok(dir, ["report", "-t", "sweep"])));
  assert.ok(all.includes(`table?ids=${failed.id}%2C${small.id}%2C${wide.id}`));
  const latest = answersIn(ok(dir, ["report"]));
  assert.is(JSON.parse(latest["info?"]!).start, `executions/${failed.id}`);
});

test("Markdown of a run says what failed, and nothing in a record is Markdown", () => {
  const text = ok(dir, ["report", "--format", "md"]);
  assert.match(text, /^### ❌ FAILED `acme\.fail` `[0-9a-f]{8}`\n/);
  assert.match(
    text,
    /\| task \| FAILED \| jobs \|\n\| --- \| --- \| --- \|\n\| acme\.fail \| 1 \| 1 \|/,
  );
  assert.match(text, /\*\*Failed:\*\* ````? acme\.fail\(/);
  // The traceback stands in a fence that is longer than any in it.
  const [, fence, inside] = /\n(`{4,})\n(Error: [\s\S]*?)\n\1\n/.exec(text)!;
  assert.ok(inside!.includes(HOSTILE) && !inside!.includes(fence!));
  const outside = text.replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, "");
  assert.not.match(outside, /<|@/);
});

test("Markdown of two runs is their table and what differs; of many, the table", () => {
  const two = ok(dir, ["report", "-t", "sweep<3", "--format", "md"]);
  assert.match(two, /^### 2 runs\n\n\| EXEC/);
  assert.match(two, /```diff\n--- Exec [\s\S]*-sweep=1\n *\+sweep=2/);
  assert.not.match(ok(dir, ["report", "-t", "sweep", "--format", "md"]), /```diff/);
});

test("misuse is said", () => {
  assert.is(cli(dir, ["report", "--format", "pdf"]).status, 2);
  assert.match(cli(dir, ["report", "-t", "no=such"]).stderr, /No execution matches/);
  assert.match(
    cli(dir, ["report", "-o", "no/such/folder.html"]).stderr,
    /cannot be written: ENOENT/,
  );
  assert.is(cli(dir, ["report", "zzz"]).status, 1);
});

test.run();
