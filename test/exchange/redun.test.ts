/** redun's own logs, made by redun 0.44.1 (redun/make.sh), are read whole and keep their ids. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pickleText } from "../../src/exchange/redun/pickle-text.ts";
import { cli, jsonLines, logged, ok, record, workflowRepository } from "../support/cli.ts";
import { temporaryRepository } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";

const HERE = fileURLToPath(new URL("redun/", import.meta.url));
const LINES = readFileSync(join(HERE, "runs.jsonl"), "utf8").trimEnd().split("\n");
const RECORDS = LINES.map((line) => JSON.parse(line));
const FIRST = "f77d5037-70ac-4fb4-a068-51325ef4cbc1";

/** A new repository with redun's files in it, in both forms. */
function repository() {
  const made = temporaryRepository();
  writeFileSync(join(made.dir, "runs.jsonl"), `${LINES.join("\n")}\n`);
  const database = gunzipSync(readFileSync(join(HERE, "redun.db.gz")));
  writeFileSync(join(made.dir, "redun.db"), database);
  return made;
}

const redun = suite("import from redun");

redun("everything has its id and its tags, and an import can be repeated", () => {
  const { dir, git } = repository();
  const imported = ok(dir, ["import", "--from", "redun", "runs.jsonl"]);
  assert.is(imported, "Imported 3 executions with 15 jobs, and 5 tag edits, into redun/main\n");
  const tip = git("rev-parse", "redun/main");
  for (const file of ["runs.jsonl", "redun.db"]) {
    const again = ok(dir, ["import", "--from", "redun", file]);
    assert.is(again, "Nothing to import: redun/main has all 3 executions.\n");
  }
  assert.is(git("rev-parse", "redun/main"), tip);
  const current = new Map<string, Set<string>>();
  const replaced = new Set(RECORDS.flatMap(({ parents = [] }) => parents));
  for (const { _type, tag_hash: hash, entity_type: type, entity_id: id, key } of RECORDS) {
    if (_type !== "Tag" || replaced.has(hash) || type === "Null") continue;
    current.set(id, (current.get(id) ?? new Set()).add(key));
  }
  for (const [at, { _type, id, call_hash: call, value_hash: value }] of RECORDS.entries()) {
    if (_type === "Tag" || at % 4 !== 0) continue;
    const entity = id ?? call ?? value;
    const [page] = jsonLines(ok(dir, ["log", entity, "--format", "json"]));
    assert.is(page.id, entity);
    const keys = page.tags.map(({ key }: { key: string }) => key);
    const wanted = [...(current.get(entity) ?? [])];
    if (_type === "Execution") wanted.push("imported_from");
    assert.equal([...new Set(keys)].sort(), wanted.sort(), `${_type} ${entity}`);
  }
  assert.equal(
    logged(dir, ["-t", "env=prod"]).map(({ id }) => id),
    [FIRST],
  );
  assert.equal(logged(dir, ["-t", "env=dev"]), []);
});

redun("its database says the same as its export", () => {
  const trees = ["runs.jsonl", "redun.db"].map((file) => {
    const { dir, git } = repository();
    ok(dir, ["import", "--from", "redun", file]);
    const names = git("ls-tree", "-r", "--name-only", "redun/main").split("\n");
    // redun exports the children of a call in no order; so the segments may differ.
    return names.filter((name) => !name.includes("/jobs-"));
  });
  assert.equal(trees[0], trees[1]);
});

redun("pages show what pickles say, the job tree and the dataflow", () => {
  const { dir } = repository();
  ok(dir, ["import", "--from", "redun", "redun.db"]);
  assert.match(ok(dir, ["table", "--format", "csv"]), /,DONE,1\.371,4,'Änn',/);
  const page = ok(dir, ["log", FIRST]);
  assert.match(page, "g.main(n=4, name='Änn') (doc=\"The root.\")");
  assert.match(page, /\n {2}Job 00a31663 .* g\.recover\(0=ValueError\('boom 8'\)\)/);
  assert.match(ok(dir, ["log", "1e9b8a3b"]), /def double\(x, by=2\):\n +return x \* by/);
  const file = ok(dir, ["log", "out.txt"]);
  assert.match(file, "Value c5a0e4b4e08e077ee51f9df97722a4e8e2f6c577 redun.File");
  assert.match(file, /value +<-- <8c13ee69> note\(arg0\)/);
  assert.match(ok(dir, ["log", "ef5eae89"]), "arg0 <-- <d3140bb9> double(arg0_2, by)");
  assert.match(ok(dir, ["tag", "history", FIRST, "env"]), "env=dev -> env=prod");
  assert.match(ok(dir, ["tag", "history", FIRST, "env"]), "redun does not say who edited tags");
});

redun("what came since comes with the next import", () => {
  const { dir } = repository();
  const isLater = ({ _type, key, parents }: (typeof RECORDS)[number]) =>
    _type === "Tag" && (key === "note" || key === "" || parents.length > 0);
  const before = LINES.filter((_, at) => !isLater(RECORDS[at]));
  const running = before.map((line) =>
    line.replace(/"end_time": "2026-11-30 19:25:30[^"]*"/, '"end_time": null'),
  );
  writeFileSync(join(dir, "before.jsonl"), running.join("\n"));
  ok(dir, ["import", "--from", "redun", "before.jsonl"]);
  assert.equal(
    logged(dir).map(({ status }) => status),
    ["RUNNING", "DONE", "DONE"],
  );
  const rest = ok(dir, ["import", "--from", "redun", "runs.jsonl"]);
  assert.is(
    rest,
    "Imported 1 execution with 2 jobs, and 3 tag edits, into redun/main; 2 executions were there already\n",
  );
  assert.is(logged(dir)[0]?.status, "FAILED");
  assert.is(logged(dir, ["-t", "env=prod"]).length, 1);
});

redun("bad input is refused by its line, and nothing is imported", () => {
  const { dir, git } = repository();
  const cases: readonly (readonly [lines: readonly string[], error: RegExp])[] = [
    [[...LINES.slice(0, 9), LINES[9]!.slice(0, 40)], /^error: Line 10: It is not JSON/],
    [[LINES[0]!.replace('"_version": 1', '"_version": 2')], /Line 1: The record has the version 2/],
    [LINES.filter((line) => !line.includes('"CallNode"')), /lacks the call of the job/],
    [
      LINES.filter((line) => !line.includes('b7de2dc7aa2411001404099b8bd108c71bd9be2b", "type')),
      /lacks the result of the call/,
    ],
    [LINES.map((line) => line.replace('"value": "prod"', '"value": "x"')), /The tag does not say/],
    [
      [...LINES, LINES[3]!.replace('"cached": false', '"cached": true')],
      /Line 74: .* line 4, and the two records differ in cached/,
    ],
    [
      LINES.map((line) => line.replace("2026-11-30 19:25:30.307405", "yesterday")),
      /"yesterday\+00:00" is not a time/,
    ],
    [
      LINES.filter((line) => !line.includes('"Tag"')).map((line) =>
        line.replaceAll(FIRST, "a".repeat(40)),
      ),
      /is an id of redun-git's own/,
    ],
    [[""], /lacks|empty/],
  ];
  for (const [lines, error] of cases) {
    writeFileSync(join(dir, "bad.jsonl"), lines.join("\n"));
    const { status, stderr } = cli(dir, ["import", "--from", "redun", "bad.jsonl"]);
    assert.is(status, 1, String(error));
    assert.match(stderr, error);
    assert.match(stderr, "[BAD_IMPORT]");
  }
  assert.is(git("for-each-ref"), "");
  const none = cli(dir, ["import", "--from", "redun", "none.jsonl"]);
  assert.match(none.stderr, "There is no file none.jsonl");
  assert.is(cli(dir, ["import", "runs.jsonl"]).status, 2);
});

redun("a run that contradicts the log is refused, and those beside it do not come", () => {
  const { dir, git } = repository();
  ok(dir, ["import", "--from", "redun", "runs.jsonl"]);
  const tip = git("rev-parse", "redun/main");
  const other = LINES.map((line) => line.replaceAll("2026-11-30 19:25:13", "2026-11-30 19:25:12"));
  writeFileSync(join(dir, "other.jsonl"), other.join("\n"));
  const { stderr } = cli(dir, ["import", "--from", "redun", "other.jsonl"]);
  assert.match(stderr, `Execution ${FIRST} is in the log with another start`);
  assert.is(git("rev-parse", "redun/main"), tip);
});

/** What a record says, lists without an order of their own sorted. */
function plain(line: string) {
  const record = JSON.parse(line);
  const { id, call_hash: call, value_hash: value, tag_hash: tag, _type: type } = record;
  for (const name of ["parents", "subvalues", ...(type === "CallNode" ? ["children"] : [])]) {
    record[name]?.sort();
  }
  return [`${type} ${id ?? call ?? value ?? tag}`, record] as const;
}

redun("what came from redun goes back as it was", () => {
  const { dir } = repository();
  ok(dir, ["import", "--from", "redun", "redun.db"]);
  const lines = ok(dir, ["export", "--to", "redun"]).trimEnd().split("\n");
  assert.equal(lines.map(plain).sort(byName), LINES.map(plain).sort(byName));
  // With 1.0 as it was.
  assert.ok(lines.some((line) => line.includes('"value":{"a": 1.0}')));
  const one = ok(dir, ["export", "--to", "redun", "cf97c375", "-o", "one.jsonl"]);
  assert.is(one, "Wrote 1 execution to one.jsonl\n");
  assert.ok(
    readFileSync(join(dir, "one.jsonl"), "utf8").startsWith(
      LINES[0]!.slice(0, 20).replaceAll(": ", ":").replaceAll(", ", ","),
    ),
  );
  assert.is(cli(dir, ["export"]).status, 2);
});

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) =>
  a[0] < b[0] ? -1 : 1;

const WORKFLOW = `import { applyTags, File, task } from "redun-git";
import { writeFileSync } from "node:fs";
export const namespace = "js";
export const half = task(function half(n) { return n / 2; });
export const note = task(function note(text) { writeFileSync("o.txt", text); return new File("o.txt"); });
export const bad = task(function bad(n) { throw new RangeError("no " + n); });
export const main = task(function main(n = 4) {
  return [applyTags(half(half(n)), { tags: { quality: "high" } }), note("x"), -129, 2n ** 70n, 1.5, null];
});
export const fails = task(function fails() { return bad(half(8)); });
`;

/** Two runs of ours, one edited and one that failed, and their export. */
function ours() {
  const made = workflowRepository({ "w.mjs": WORKFLOW });
  record(made.dir, ["-t", "env=dev", "w.mjs", "main"]);
  cli(made.dir, ["run", "-q", "w.mjs", "fails"]);
  ok(made.dir, ["tag", "update", "~1", "env=prod"]);
  return { ...made, lines: ok(made.dir, ["export", "--to", "redun"]).trimEnd().split("\n") };
}

redun("our runs become redun's records", () => {
  const { dir, lines } = ours();
  const records = lines.map((line) => JSON.parse(line));
  const shown = records.flatMap(({ _type, type, data }) =>
    _type === "Value" && type !== "redun.Task" ? [pickleText(Buffer.from(data, "base64"))] : [],
  );
  assert.ok(shown.includes("Exception('RangeError: no 4')"), String(shown));
  assert.ok(shown.some((text) => text?.endsWith(", -129, 1180591620717411303424, 1.5, None]")));
  const file = records.find(({ subtype }) => subtype?._type === "File");
  assert.equal([file.type, file.subtype.path], ["redun.File", "o.txt"]);
  const edit = records.find(({ _type, value }) => _type === "Tag" && value === "prod");
  const [parent] = records.filter(({ tag_hash: hash }) => hash === edit.parents[0]);
  assert.equal([parent.key, parent.value], ["env", "dev"]);
  // They are here already; and elsewhere nobody could check their ids.
  writeFileSync(join(dir, "ours.jsonl"), lines.join("\n"));
  const again = ok(dir, ["import", "--from", "redun", "ours.jsonl"]);
  assert.is(again, "Nothing to import: redun/main has all 2 executions.\n");
  const other = cli(dir, ["import", "--log", "other", "--from", "redun", "ours.jsonl"]);
  assert.match(other.stderr, "is an id of redun-git's own");
});

const noRedun = spawnSync("redun", ["--version"]).status === 0 ? null : "redun is not installed";

unless(noRedun, redun)("the real redun reads it, and says the same of runs and tags", () => {
  const { dir, lines } = ours();
  writeFileSync(join(dir, "ours.jsonl"), lines.join("\n"));
  const env = { ...process.env, HOME: dir, TZ: "UTC" };
  const real = (...args: string[]) =>
    execFileSync("redun", args, { cwd: dir, env, encoding: "utf8" });
  real("init");
  real("import", "--file", "ours.jsonl");
  // It shows when the root job began, which may be a second later.
  const withoutSeconds = (text: string) => text.trimEnd().replace(/ \d\d:\d\d:\d\d:/g, "");
  assert.is(withoutSeconds(real("log")), withoutSeconds(ok(dir, ["log"])));
  const counts = (text: string) =>
    [...text.matchAll(/^ +\S+ +\(.*\)$/gm)].map(([line]) => line.replace(/ +/g, " ")).sort();
  assert.equal(counts(real("tag", "list")), counts(ok(dir, ["tag", "list"])));
});

redun("a pickle is shown, and nothing in it is called", () => {
  const evil = Buffer.from(
    "\x80\x03cos\nsystem\nq\x00X\x04\x00\x00\x00exitq\x01\x85q\x02Rq\x03.",
    "latin1",
  );
  assert.is(pickleText(evil), "os.system('exit')");
  assert.is(
    pickleText(
      Buffer.from("\x80\x03(K\x01G\x3f\xf0\x00\x00\x00\x00\x00\x00\x8a\x01\xfft.", "latin1"),
    ),
    "(1, 1.0, -1)",
  );
  // A list that holds itself, a memo that is not there, an end that does not come.
  assert.ok(pickleText(Buffer.from("\x80\x03]q\x00h\x00a.", "latin1"))!.includes("..."));
  assert.is(pickleText(Buffer.from("\x80\x03h\x07.", "latin1")), null);
  assert.is(pickleText(Buffer.from("\x80\x03K", "latin1")), null);
  assert.is(pickleText(Buffer.alloc(0)), null);
});

redun.run();
