/** `aws_batch` with a scratch area on S3: containers that share no disk with the run. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kill, writeFiles } from "../support/cli.ts";
import { signsIn } from "../support/cluster-repository.ts";
import { jobsOf, recorded } from "../support/recorded.ts";
import { temporaryFolder } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";
import { batchRepository } from "./batch-repository.ts";
import { S3StandIn } from "./s3-stand-in.ts";

const WORKFLOW = `
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { File, task } from "redun-git";
import { factor } from "./lib/factor.js";
import { unit } from "unit";
const batch = { executor: "aws_batch" };
export const times = task(batch, (n) => { console.log("times " + n); return n * factor; });
export const all = task((n) => Array.from({ length: n }, (_, i) => times(i)));
export const here = task(batch, () => [unit, process.cwd(), readFileSync(new URL("data.txt", import.meta.url), "utf8")]);
export const slow = task(batch, async (place, name) => {
  appendFileSync(place + "/begun", name + "\\n");
  while (!existsSync(place + "/go")) await new Promise((done) => setTimeout(done, 50));
  return name + " is done";
});
export const slows = task((place) => ["a", "b"].map((name) => slow(place, name)));
export const upper = task(batch, async (file) => new File("made/" + file.path.split("/").at(-1)).write((await file.read()).toUpperCase()));
export const both = task(async (path) => upper(upper(new File(path))));
export const exits = task(batch, () => { console.error("last words"); process.exit(3); });
`;

const bucketSuite = suite("aws-batch on S3");
const test = unless(process.platform === "win32" ? "the stand-in needs a sh" : null, bucketSuite);

async function withServices(
  use: (made: Awaited<ReturnType<typeof services>>) => Promise<void>,
): Promise<void> {
  const made = await services();
  try {
    await use(made);
  } finally {
    made.service.stop();
    made.s3.stop();
  }
}

/** A package `unit` in a folder's `node_modules`. */
function unitIn(folder: string, text: string): void {
  writeFiles(folder, {
    "node_modules/unit/package.json": '{ "name": "unit", "type": "module", "main": "unit.js" }',
    "node_modules/unit/unit.js": `export const unit = '${text}';\n`,
  });
}

async function services() {
  const files = {
    "workflow.js": WORKFLOW,
    "lib/factor.js": "export const factor = 10;\n",
    "data.txt": "tracked",
    ".gitignore": "node_modules\n",
  };
  const made = await batchRepository(files, { scratch: "s3://lab/redun" });
  const { dir, service } = made;
  const s3 = new S3StandIn("lab");
  // As an image has it: packages, and nothing of the repository.
  const image = temporaryFolder().dir;
  unitIn(image, "of the image");
  unitIn(dir, "of the run");
  const own = { AWS_ENDPOINT_URL_S3: await s3.start() };
  service.container = { cwd: image, env: { ...made.env, ...own } };
  const place = temporaryFolder().dir;
  return {
    ...made,
    ...signsIn(place),
    s3,
    image,
    place,
    run: (words: readonly string[]) => made.run(words, own),
    /** What is left of arrays. */
    left: () => [...s3.objects.keys()].filter((key) => key.startsWith("redun/arrays/")),
    code: () => [...s3.objects.keys()].filter((key) => key.startsWith("redun/code/")),
  };
}

const resultIn = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1)!);

test("calls and code go there, answers and output come back, and nothing of them stays", () =>
  withServices(async ({ dir, s3, service, run, left, code }) => {
    s3.busy = 2;
    const { status, stdout, stderr } = await run(["all", "--n", "5"]).ended;
    assert.is(status, 0, stderr);
    assert.equal(resultIn(stdout), [0, 10, 20, 30, 40]);
    assert.match(stdout, /^times 4$/m);
    assert.is(service.submitted().length, 1);
    assert.is(service.submitted()[0].arrayProperties.size, 5);
    const tags = jobsOf(recorded(dir), "times").map(({ tags }) => Object.fromEntries(tags));
    assert.equal(
      tags.map(({ aws_batch_stdout }) => aws_batch_stdout).sort(),
      [0, 1, 2, 3, 4].map((n) => `times ${n}`),
    );
    assert.equal(left(), []);
    assert.is(code().length, 1);
  }));

test("the code is that of the run, edits and all; packages are those of the image", () =>
  withServices(async ({ dir, run, code, image }) => {
    const first = await run(["here"]).ended;
    assert.is(first.status, 0, first.stderr);
    const [unit, cwd, data] = resultIn(first.stdout);
    assert.equal([unit, data], ["of the image", "tracked"]);
    assert.ok(cwd.startsWith(image), cwd);
    writeFileSync(join(dir, "lib", "factor.js"), "export const factor = 7;\n");
    writeFileSync(join(dir, "data.txt"), "edited");
    const edited = await run(["all", "--n", "3"]).ended;
    assert.equal(resultIn(edited.stdout), [0, 7, 14]);
    const again = await run(["--no-cache", "here"]).ended;
    assert.is(resultIn(again.stdout)[2], "edited");
    assert.is(code().length, 2);
  }));

test("files that calls take and give go along, both ways", () =>
  withServices(async ({ dir, run, s3 }) => {
    // Neither tracked nor loaded.
    mkdirSync(join(dir, "input"));
    writeFileSync(join(dir, "input", "names.txt"), "ada, bob\n");
    const { status, stdout, stderr } = await run(["both", "--path", "input/names.txt"]).ended;
    assert.is(status, 0, stderr);
    assert.match(stdout, /made\/names\.txt/);
    assert.is(readFileSync(join(dir, "made", "names.txt"), "utf8"), "ADA, BOB\n");
    assert.is([...s3.objects.keys()].filter((key) => key.startsWith("redun/files/")).length, 2);
    // The result is there as it was recorded, so it is taken.
    const again = await run(["both", "--path", "input/names.txt"]).ended;
    assert.is(again.status, 0, again.stderr);
    assert.is(jobsOf(recorded(dir), "both").filter(({ reused }) => reused).length, 1);
  }));

test("a file that cannot be written here fails the call, in the words of the disk", () =>
  withServices(async ({ dir, run }) => {
    writeFileSync(join(dir, "names.txt"), "ada\n");
    // Where the container makes a folder.
    writeFileSync(join(dir, "made"), "");
    const { status, stderr } = await run(["both", "--path", "names.txt"]).ended;
    assert.is(status, 1);
    assert.match(stderr, /(?:EEXIST|ENOTDIR): .*made/);
  }));

test("a worker that fails says so, and what it printed", () =>
  withServices(async ({ run }) => {
    assert.match(
      (await run(["exits"]).ended).stderr,
      /AWS Batch job [0-9a-f-]{36} on \S+ ended before it had answered exits: its command ended with status 3\.\n.*last words/,
    );
  }));

test("a worker that cannot begin: what its container printed is told", () =>
  withServices(async ({ git, run }) => {
    git("config", "redun.executor.aws_batch.command", "no-such-redun-git oneshot");
    assert.match(
      (await run(["exits"]).ended).stderr,
      /it left no word; AWS Batch says: Essential container in task exited\.\n.*no-such-redun-git: .*not found/,
    );
  }));

test("a job whose host is lost runs again", () =>
  withServices(async ({ run, place, service, begun, goOn }) => {
    const running = run(["slow", "--place", place, "--name", "a"]);
    await until(() => begun().length === 1);
    service.reclaim(service.running()[0]!);
    await until(() => begun().length === 2);
    goOn();
    const { status, stdout, stderr } = await running.ended;
    assert.is(status, 0, stderr);
    assert.is(resultIn(stdout), "a is done");
  }));

test("a submitter that was killed finds its job again, and what has ended meanwhile", () =>
  withServices(async ({ run, place, service, begun, goOn, left }) => {
    const first = run(["slows", "--place", place]);
    await until(() => begun().length === 2);
    await kill(first);
    goOn();
    await until(() => service.running().length === 0);
    const { status, stdout, stderr } = await run(["slows", "--place", place]).ended;
    assert.is(status, 0, stderr);
    assert.equal(resultIn(stdout), ["a is done", "b is done"]);
    assert.is(begun().length, 2);
    assert.is(service.submitted().length, 1);
    assert.equal(left(), []);
  }));

test("Ctrl-C ends what runs, and withdraws what waits", () =>
  withServices(async ({ run, place, service, begun, left }) => {
    const running = run(["slows", "--place", place]);
    await until(() => begun().length === 2);
    running.child.kill("SIGINT");
    assert.is((await running.ended).status, 130);
    await until(() => service.running().length === 0);
    assert.equal(
      left().filter((key) => key.includes("/calls/")),
      [],
    );
  }));

test("an area that is not there, or not open to the run or its containers, is told", () =>
  withServices(async ({ git, run, s3, service }) => {
    service.container = {
      ...service.container,
      env: { ...service.container.env, AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" },
    };
    assert.match(
      (await run(["exits"]).ended).stderr,
      /the area on S3 could not be read or written there\.\n.*error: s3:\/\/lab\/redun\/arrays\/\S+ could not be read: .*ECONNREFUSED/,
    );
    s3.isForbidden = true;
    assert.match(
      (await run(["exits"]).ended).stderr,
      /s3:\/\/lab\/redun\/\S+ could not be listed: AccessDenied/,
    );
    git("config", "redun.executor.aws_batch.scratch", "s3://nowhere/redun");
    assert.match((await run(["exits"]).ended).stderr, /could not be written: NoSuchBucket/);
    git("config", "redun.executor.aws_batch.code", "checkout");
    assert.match(
      (await run(["exits"]).ended).stderr,
      /needs a copy of the code, and there is none/,
    );
  }));

bucketSuite.run();
