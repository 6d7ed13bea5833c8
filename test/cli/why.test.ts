/** `why`: each reason for which a job runs, or does not. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines, ok, workflowRepository, writeFiles } from "../support/cli.ts";

const why = suite("why");

/** A repository with a workflow; runs it anew, and tells why. */
function workflow(text: string, files: Record<string, string> = {}) {
  const head = `import { File, out, script, task } from "redun-git";\nexport const namespace = "t";\n`;
  const { dir, git } = workflowRepository({ "w.mjs": head + text, ...files });
  return {
    dir,
    git,
    edit: (next: string) => writeFiles(dir, { "w.mjs": head + next }),
    run: (...words: string[]) => cli(dir, ["run", "-q", "w.mjs", "main", ...words]),
    why: (word: string) => ok(dir, ["why", word]),
    because: (word: string) => jsonLines(ok(dir, ["why", word, "--format", "json"]))[0]!,
  };
}

why("the cache was off, for the run or by its scope", () => {
  const it = workflow(`
    export const leaf = task(() => 1);
    export const own = task({ cacheScope: "execution" }, () => 2);
    export const main = task(() => [leaf(), own(), own.options({ cacheScope: "log" })()]);`);
  it.run();
  it.run();
  assert.match(it.why("t.leaf"), /t\.leaf\(\) was cached by job \w{8} \(execution \w{8} of /);
  assert.match(it.why("t.own"), /t\.own\(\) was cached by job/);
  it.run("--no-cache");
  const off = /ran: the cache was off \(--no-cache, or cacheScope of the task or call\)\.\n$/;
  for (const task of ["t.leaf", "t.main"]) assert.match(it.why(task), off);
  assert.equal(it.because("t.main").reason, "disabled");
  const scope = workflow(`export const main = task({ cache: false }, () => 2);`);
  scope.run();
  scope.run();
  assert.match(scope.why("t.main"), off);
});

why("a task without its namespace, or misspelt, is offered whole", () => {
  const it = workflow("export const main = task(() => 1);");
  it.run();
  for (const word of ["main", "t.mian"]) {
    const { status, stderr } = cli(it.dir, ["why", word]);
    assert.is(status, 1);
    assert.match(stderr, /no task that name\. Did you mean t\.main\? \[UNKNOWN_ID\]/);
  }
});

why("a result file was changed, or removed", () => {
  const text = "export const main = task(() => script`echo 1 > \u0024{out(`o.txt`)}`);";
  const it = workflow(text);
  it.run();
  it.run();
  assert.match(it.why("redun.script"), /was cached by/);
  writeFiles(it.dir, { "o.txt": "2\n" });
  it.run();
  const changed = /ran: o\.txt is not as the equal call left it: job \w{8} \(execution \w{8} of /;
  assert.match(it.why("redun.script"), changed);
  rmSync(join(it.dir, "o.txt"));
  it.run();
  assert.match(it.why("redun.script"), changed);
  const { job, files, reason } = it.because("redun.script").missed as Record<string, unknown>;
  assert.equal([reason, files], ["files", ["o.txt"]]);
  assert.match(ok(it.dir, ["log", job as string]), /redun\.script/);
});

why("an argument's file has another content", () => {
  const text = `
    export const size = task((files, n) => files.length + n);
    export const main = task(() => size([new File("a.txt"), new File("b.txt")], 1));`;
  const it = workflow(text, { "a.txt": "1", "b.txt": "1" });
  it.run();
  writeFiles(it.dir, { "b.txt": "2" });
  it.run();
  assert.match(it.why("t.size"), /ran: the content of b\.txt changed \(compared with job /);
});

why("the last equal call failed", () => {
  const it = workflow(`export const main = task(() => { throw new Error("no"); });`);
  it.run();
  it.run();
  assert.match(it.why("t.main"), /ran: the last equal call failed: job \w{8} \(execution /);
});

why("a task below a task that awaits is another", () => {
  const text = (n: number) => `
    export const leaf = task(() => ${n});
    export const main = task(async () => (await leaf()) + 1);`;
  const it = workflow(text(1));
  it.run();
  it.edit(text(2));
  it.run();
  assert.match(it.why("t.main"), /ran: a task below it is not what it was in the equal call: job/);
});

why("it is of somebody whose results are not taken", () => {
  const it = workflow("export const main = task(() => 1);");
  it.run("-u", "ann");
  it.git("config", "redun.cacheFrom", "mine");
  it.run("-u", "bob");
  assert.match(
    it.why("t.main"),
    /the equal call is of a user that redun\.cacheFrom leaves out: job \w{8} \(execution \w{8} of ann, /,
  );
});

why("it is what I took from somebody whose results are not taken any more", () => {
  const it = workflow("export const leaf = task(() => 1); export const main = task(() => leaf());");
  it.run("-u", "ann");
  it.run("-u", "bob");
  it.git("config", "redun.cacheFrom", "mine");
  it.run("-u", "bob");
  assert.match(it.why("t.main"), /leaves out: job \w{8} \(execution \w{8} of ann, /);
});

why("a default is computed, or functions are ambiguous", () => {
  const it = workflow(`
    export const now = task((n = Math.max(1, 2)) => n);
    const adders = [1, 2].map((n) => task({ name: "add" }, (x) => x + n));
    export const main = task(() => [now(), adders.map((add) => add(1))]);`);
  it.run();
  it.run();
  assert.match(it.why("t.now"), /ran: a default of it is computed when it runs/);
  assert.match(it.why("t.add"), /ran: several functions of this run are the same task/);
});

why("a version, and what a hash includes", () => {
  const text = (version: string, factor: number, by: number) => `
    const scale = (n) => n * ${factor};
    export const main = task({ version: "${version}", hashIncludes: [scale, ${by}] }, () => scale(1));`;
  const it = workflow(text("1", 2, 3));
  it.run();
  it.edit(text("2", 2, 3));
  it.run();
  assert.match(it.why("t.main"), /ran: its version changed \(1 -> 2\) \(compared/);
  it.edit(text("2", 4, 5));
  it.run();
  const told = it.why("t.main");
  assert.match(told, /ran: what its hash includes changed \(scale, 5, 3\) \(compared/);
  assert.match(told, /^ {2}-\(n\) => n \* 2$/m);
  assert.match(told, /^ {2}\+\(n\) => n \* 4$/m);
});

why("of many calls the one that is alike is compared", () => {
  const text = (odd: number, code = "n") => `
    export const one = task((n, k) => ${code});
    export const main = task(() => Array.from({ length: 150 }, (_, n) => one(n === 3 ? ${odd} : n, 1)));`;
  const it = workflow(text(3));
  it.run();
  it.edit(text(1000));
  it.run();
  const told = ok(it.dir, ["why", "-"]).split("\n");
  const ran = told.filter((line) => line.includes("t.one(") && !line.includes("was cached"));
  assert.is(ran.length, 1);
  assert.match(ran[0]!, /t\.one\(n=1000, k=1\) ran: n is new \(compared with/);
  assert.ok(told.includes("  n: 3 -> 1000"));
  it.edit(text(1000, "n + 0"));
  it.run();
  assert.match(it.why("t.one"), /ran: its source changed \(compared/);
});

why.run();
