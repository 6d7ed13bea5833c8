/**
 * The pages of `log <id>`, for people and for programs, of one workflow like that of redun's users.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyTags, File, Scheduler, task } from "../../src/api.ts";
import { blobId, contentId } from "../../src/value/oid.ts";
import { cli, jsonLines, ok } from "../support/cli.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";
process.env.REDUN_USER = "ann";

const repository = temporaryRepository({ commit: true });
const { dir } = repository;
const namespace = "acme";
const REPORT = join(dir, "report.txt");
/** As it is recorded. */
const RECORDED = "report.txt";
const HOSTILE = "\x1b[2Jred\nline\u202eright\x07";
const LONG = "x".repeat(30_000);

const add = task(
  { name: "add", namespace, tags: { doc: "Adds two numbers.", team: "genomics" } },
  (a: number, b: number) =>
    applyTags(a + b, {
      tags: { doc: "A sum.", quality: "high" },
      jobTags: { aws_batch_job: "j1" },
    }),
);
const writeReport = task({ name: "writeReport", namespace }, async (path: string, n: number) => {
  const file = await new File(path).write(`n=${n}\n`);
  return applyTags(file, { tags: { dataset: "reports" } });
});
const countLines = task({ name: "countLines", namespace }, async (file: File) => {
  return (await file.read()).split("\n").length - 1;
});
const main = task({ name: "main", namespace }, (a: number, b: number) => {
  const report = writeReport(REPORT, add(a, b));
  return { report, lines: countLines(report) };
});
const secret = task({ name: "secret", namespace, record: "hash" }, (word: string) => {
  return `${word}!`;
});
const large = task({ name: "large", namespace }, (_: string) => LONG);
const fail = task({ name: "fail", namespace }, (x: number): number => {
  throw new RangeError(`bad value: ${x}`);
});
const failMain = task({ name: "failMain", namespace }, (x: number) => fail(x));
const odd = task({ name: "odd", namespace, tags: { doc: HOSTILE } }, (text: string) => {
  return applyTags({ [text]: text }, { tags: { doc: HOSTILE } });
});
const versions = [1, 2, 3].map((n) => {
  return task({ name: "changing", namespace, version: String(n) }, () => `v${n}`);
});

async function run(expression: unknown, tags: Record<string, string> = {}): Promise<void> {
  await new Scheduler({ cwd: dir })
    .run<unknown>(expression, { tags, argv: ["run"] })
    .catch(() => {});
}

await run(main(1, 2), { git_origin_url: "git@github.com:acme/planets.git", ticket: "T/1 2" });
await run(failMain(7));
await run([secret("hush"), large("text")]);
await run(odd(HOSTILE));
for (const changing of [...versions, versions[0]!]) await run(changing());
await new File(REPORT).write("other");
await run(countLines(new File(REPORT)));

const log = recorded(dir);
const page = (id: string) => ok(dir, ["log", id]);
const json = (id: string) => jsonLines(ok(dir, ["log", "--format", "json", id]))[0];
const fileId = contentId(File.recorded(RECORDED, { hash: blobId("n=3\n"), size: 4 }));
const addJob = jobOf(log, "acme.add");

/** A pattern for text in which `@` stands for the first digits of an id. */
function shape(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(escaped.replaceAll("@", "[0-9a-f]{8}"));
}

const pages = suite("pages");

pages("an execution: links and jobs, for programs too", () => {
  repository.git("config", "--add", "redun.link", "Ticket https://t.example/{{ticket}}");
  const { execution } = addJob;
  const commit = repository.git("rev-parse", "HEAD");
  const url = `https://github.com/acme/planets/commit/${commit}`;
  const text = page(execution);
  assert.match(text, shape(`\nCommit: ${url}\nTicket: https://t.example/T/1%202\n`));
  const object = json(execution);
  assert.equal(object.links, [
    { title: "Commit", url },
    { title: "Ticket", url: "https://t.example/T/1%202" },
  ]);
  const tasks = object.jobs.map((job: { task: string }) => job.task);
  assert.equal(tasks, ["acme.main", "acme.add", "acme.writeReport", "acme.countLines"]);
  assert.is(object.jobs[0].parent, null);
  assert.is(object.jobs[1].parent, object.jobs[0].id);
});

pages("a job: traceback, links, call, task and dataflow in redun's notation", () => {
  const text = page(jobOf(log, "acme.writeReport").id);
  assert.match(
    text,
    shape("\nTraceback: Exec @ > Job @ main > Job @ writeReport\nDuration: 0:00:"),
  );
  assert.match(text, shape("\nCommit: https://github.com/acme/planets/commit/"));
  assert.match(
    text,
    shape(`
  Upstream dataflow:

    result = <${fileId.slice(0, 8)}> File(path=${RECORDED}, hash=${blobId("n=3\n").slice(0, 8)})

    result <-- <@> writeReport(path, n)
      path = <@> '${REPORT}'
      n    = <${blobId("3\n").slice(0, 8)}> 3

    n <-- <@> add(a, b)
      a = <@> 1
      b = <@> 2

    a <-- argument of <@> main(a, b)
      <-- origin

    b <-- argument of <@> main(a, b)
      <-- origin
`),
  );
  const mainText = page(jobOf(log, "acme.main").id);
  assert.match(mainText, shape("\n  Child Jobs:\n    Job @ [ DONE ] "));
});

pages("a job's JSON names what it took, gave, called and came from", () => {
  const object = json(addJob.id);
  assert.equal(object.args, { a: 1, b: 2 });
  assert.equal(object.arg_ids, { a: blobId("1\n"), b: blobId("2\n") });
  assert.equal([object.result, object.result_id], [3, blobId("3\n")]);
  assert.equal([object.parent, object.children], [jobOf(log, "acme.main").id, []]);
  assert.equal(object.links.map(({ title }: { title: string }) => title).slice(0, 2), [
    "Commit",
    "AWS Batch",
  ]);
  assert.is(object.dataflow.is_cut, false);
  const [section] = object.dataflow.sections;
  assert.equal(
    [section.name, section.steps[0].kind, section.steps[0].call],
    ["result", "call", addJob.call],
  );
  assert.equal(section.variables[0], { name: "a", id: blobId("1\n"), value: 1 });
  const parent = json(jobOf(log, "acme.main").id);
  assert.is(parent.children.length, 3);
  const writer = json(jobOf(log, "acme.writeReport").id);
  assert.equal(writer.from, { n: [addJob.id] });
});

pages("a failed job: what was raised, where from, and the stack", () => {
  const { id, call } = jobOf(log, "acme.failMain");
  const text = page(id);
  assert.match(text, /\n {4}Raised: RangeError\('bad value: 7'\)\n/);
  assert.match(
    text,
    shape("    result <-- <@> failMain(x)\n           <-- <@> fail(x)\n      x = <@> 7\n"),
  );
  assert.match(text, /\n {2}Traceback:\n {4}RangeError: bad value: 7\n {8}at /);
  const object = json(id);
  assert.equal(object.error, { name: "RangeError", message: "bad value: 7" });
  assert.is(json(call!).error.name, "RangeError");
});

pages("a call node: parents, children, task, jobs", () => {
  const { call } = jobOf(log, "acme.main");
  const text = page(addJob.call!);
  assert.match(text, shape(`CallNode ${addJob.call} acme.add\n  Args:   a=1, b=2\n  Result: 3\n`));
  assert.match(
    text,
    shape(`  Parent CallNodes:\n    CallNode ${call!.slice(0, 8)} acme.main\n\nTask `),
  );
  assert.match(text, /\n {4}Adds two numbers\.\n/);
  assert.match(
    page(call!),
    shape("  Child CallNodes:\n    CallNode @ acme.add\n    CallNode @ acme.writeReport\n"),
  );
  const object = json(addJob.call!);
  assert.equal([object.parents, object.children, object.jobs], [[call], [], [addJob.id]]);
  assert.equal([object.args, object.result_id], [{ a: 1, b: 2 }, blobId("3\n")]);
  assert.is(json(call!).children.length, 3);
});

pages("a task: source, first and last job, versions with the newest first", () => {
  const jobs = jobsOf(log, "acme.changing").sort((a, b) => (a.started < b.started ? -1 : 1));
  const [one, two, three, last] = jobs.map((job) => job.taskHash);
  assert.is(one, last);
  const text = page(one!);
  const short = (id: string | undefined) => id!.slice(0, 8);
  assert.match(text, shape(`  First Job ${short(jobs[0]!.id)} `));
  assert.match(text, shape(`  Last Job ${short(jobs[3]!.id)} `));
  assert.match(text, /\n {2}version 1\n/);
  const lines = /Other versions:\n {2}Task (\w+) .*\n {2}Task (\w+) /.exec(text);
  assert.equal([lines?.[1], lines?.[2]], [short(three), short(two)]);
  const object = json(one!);
  assert.equal(object.versions, [three, two]);
  assert.equal([object.first_job, object.last_job], [jobs[0]!.id, jobs[3]!.id]);
  assert.is(json(two!).versions[0], one);
  assert.match(json(addJob.taskHash).source, "applyTags(a + b");
});

pages("a file: who made it and who took it, and what else was at its path", () => {
  const text = page(fileId);
  assert.match(
    text,
    `File ${fileId} ${RECORDED} (dataset=reports)\n  4 bytes, git object ${blobId("n=3\n")}\n`,
  );
  assert.match(
    text,
    shape(`\nProduced by Job @\n\n  Job ${jobOf(log, "acme.writeReport").id} [ DONE ] `),
  );
  assert.match(text, shape("\n    CallNode "));
  assert.match(text, shape("\nAlso given by:\n  Job @ [ DONE ] "));
  assert.match(text, shape("\nConsumed by:\n  Job @ [ DONE ] "));
  assert.match(text, shape("\n  value <-- <@> writeReport(path, n)\n"));
  assert.match(text, shape("\n  Other contents of this path:\n    File @, last in Job @ "));
  assert.match(text, shape("\n  What is at this path now is another content: that of File @\n"));
  const object = json(fileId);
  assert.equal(object.value, { path: RECORDED, hash: blobId("n=3\n"), size: 4 });
  assert.is(object.hash_now, blobId("other"));
  assert.is(object.versions.length, 2);
  assert.ok(object.produced_by.includes(jobOf(log, "acme.writeReport").id));
  assert.is(object.consumed_by.length, 1);
  // By its path one finds what it held last, which is on disk.
  for (const path of [REPORT, RECORDED]) {
    const last = page(path);
    assert.match(last, `5 bytes, git object ${blobId("other")}`);
    assert.not.match(last, "at this path now");
  }
});

pages(
  "a folder is called one, wherever it is named; and a file that was in its place",
  async () => {
    const other = temporaryRepository({ commit: true });
    const path = join(other.dir, "data");
    const give = task({ name: "give", namespace }, () => new File(path));
    const runs = async (change: () => void) => {
      change();
      await new Scheduler({ cwd: other.dir }).run(give());
    };
    await runs(() => writeFileSync(path, "a file"));
    await runs(() => {
      rmSync(path);
      mkdirSync(path);
      writeFileSync(join(path, "a"), "1");
    });
    await runs(() => writeFileSync(join(path, "a"), "2"));
    const text = ok(other.dir, ["log", "data"]);
    assert.match(text, /^Folder \w+ data\n/);
    assert.match(text, shape("\n  Other contents of this path:\n    Folder @, last in"));
    assert.match(text, shape("\n    File @, last in"));
    const [, folder] = /\n {4}Folder (\w+), last/.exec(text)!;
    const earlier = ok(other.dir, ["log", folder!]);
    assert.match(
      earlier,
      shape("\n  What is at this path now is another content: that of Folder @\n"),
    );
    other.remove();
  },
);

pages("a value: its kind, its doc, and no origin but its user", () => {
  const text = page(blobId("3\n"));
  assert.match(text, /^Value \w+ int \(doc="A sum\.", quality=high\)\n3\n\n {2}A sum\.\n/);
  assert.match(text, shape("\n  value <-- <@> add(a, b)\n"));
  const given = page(blobId("7\n"));
  assert.match(given, "\nConsumed by:\n");
  assert.match(given, "\n  value <-- origin\n");
});

pages("what was recorded by its hash alone is shown as such", () => {
  const { id, args } = jobOf(log, "acme.secret");
  const text = page(id);
  assert.match(text, "Args:   word=(only its hash was recorded)\n");
  assert.match(text, "Result: (only its hash was recorded)\n");
  assert.match(text, shape("      word = <@> (only its hash was recorded)\n"));
  assert.not.match(text, "hush!");
  const hash = blobId("hush\n");
  assert.is(args instanceof Map && args.size, 1);
  assert.equal(json(id).args, { word: { _type: "Value", id: hash } });
  assert.match(page(hash), "(only its hash was recorded)");
  assert.is(json(hash).value, undefined);
});

pages("a long value is cut on pages and whole for programs", () => {
  const { id } = jobOf(log, "acme.large");
  const text = page(id);
  assert.ok(text.length < 4000, `${text.length}`);
  assert.match(text, /Result: 'x{400,600}\.\.\.\n/);
  assert.is(json(id).result, LONG);
  const value = contentId(LONG);
  assert.ok(page(value).length < 20_000);
  assert.match(page(value), /20000 more characters: `--format json`/);
  assert.is(json(value).value, LONG);
});

pages("hostile text cannot reach the terminal, and breaks no line", () => {
  const { id, call, taskHash } = jobOf(log, "acme.odd");
  const value = contentId({ [HOSTILE]: HOSTILE });
  for (const entity of [id, call!, taskHash, value, blobId(`${JSON.stringify(HOSTILE)}\n`)]) {
    const { stdout, status, stderr } = cli(dir, ["log", entity]);
    if (status !== 0) assert.match(stderr, "UNKNOWN_ID");
    assert.not.match(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    assert.not.match(stdout, /^line/m);
  }
  for (const entity of [id, value]) {
    const text = ok(dir, ["log", "--format", "json", entity]);
    assert.is(text.split("\n").length, 2);
    assert.not.match(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  }
  assert.is(json(id).result[HOSTILE], HOSTILE);
});

pages("a doc is between empty lines on the pages of a call and of a file", () => {
  const { call } = jobOf(log, "acme.writeReport");
  ok(dir, ["tag", "add", call!, fileId, "doc=As agreed."]);
  assert.match(page(call!), "\n\n  As agreed.\n\n  Args:");
  assert.match(page(fileId), "\n\n  As agreed.\n\nProduced by");
});

pages("a pattern that cannot be read is named", () => {
  repository.git("config", "--add", "redun.link", "no url");
  const { status, stderr } = cli(dir, ["log", addJob.id]);
  assert.is(status, 1);
  assert.match(stderr, /redun\.link is "no url": it has no URL .*\[BAD_CONFIG\]/);
  assert.is(cli(dir, ["log"]).status, 0);
  repository.git("config", "--unset-all", "redun.link");
});

pages.run();
