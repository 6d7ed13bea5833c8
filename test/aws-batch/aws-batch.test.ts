/** `aws_batch` by the service's own client, against a stand-in over real HTTP: what is asked, what comes back, what is recorded. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kill } from "../support/cli.ts";
import { signsIn } from "../support/cluster-repository.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";
import { batchRepository } from "./batch-repository.ts";

const WORKFLOW = `
import { appendFileSync, existsSync } from "node:fs";
import { task } from "redun-git";
const batch = { executor: "aws_batch", memory: 0.5, cpus: 0.5 };
export const square = task(batch, (n) => { console.log("squaring " + n); return n * n; });
export const squares = task((n) => Array.from({ length: n }, (_, i) => square(i)));
export const slow = task(batch, async (name) => {
  appendFileSync("begun", name + " " + process.pid + "\\n");
  while (!existsSync("go")) await new Promise((done) => setTimeout(done, 50));
  return name + " is done";
});
export const slows = task((names) => names.map((name) => slow(name)));
export const impatient = task(async (names) => {
  const calls = names.map((name, at) => (at === 0 ? slow.options({ timeout: 4 })(name) : slow(name)));
  const ended = await Promise.allSettled(calls);
  return ended.map((one) => (one.status === "fulfilled" ? one.value : one.reason.message));
});
export const exits = task(batch, () => { console.error("last words"); process.exit(3); });
export const late = task({ ...batch, time: 0.03, gpus: 1 }, () => new Promise(() => setInterval(() => {}, 1000)));
export const elsewhere = task({ ...batch, queue: "nowhere" }, () => 1);
`;

const batch = suite("aws-batch");
// Its tasks run in a shell.
const test = unless(process.platform === "win32" ? "the stand-in needs a sh" : null, batch);

async function repository() {
  const files = { "workflow.js": WORKFLOW, ".gitignore": "/begun\n/go\n" };
  const made = await batchRepository(files);
  return { ...made, ...signsIn(made.dir) };
}

async function withService(use: (made: Awaited<ReturnType<typeof repository>>) => Promise<void>) {
  const made = await repository();
  try {
    await use(made);
  } finally {
    made.service.stop();
  }
}

test("calls are children of one array job; a service that has no time is asked again", () =>
  withService(async ({ dir, service, run }) => {
    service.busy = 2;
    const { status, stdout, stderr } = await run(["squares", "--n", "3"]).ended;
    assert.is(status, 0, stderr);
    assert.equal(JSON.parse(stdout.trim().split("\n").at(-1)!), [0, 1, 4]);
    assert.match(stdout, /squaring 2/);
    const [job, ...others] = service.submitted();
    assert.is(others.length, 0);
    assert.is(job.arrayProperties.size, 3);
    assert.is(job.jobDefinition, "science");
    assert.match(job.jobName, /^redun-\d{8}T\d{6}-[0-9a-f]{12}-square$/);
    assert.equal(job.containerOverrides.resourceRequirements, [
      { type: "VCPU", value: "0.5" },
      { type: "MEMORY", value: "477" },
    ]);
    const { executions } = recorded(dir);
    assert.equal(job.tags, {
      redun_task_name: "square",
      redun_execution_id: executions[0]!.id,
    });
    assert.ok(
      service.requests.every(({ authorization }) =>
        authorization?.startsWith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/"),
      ),
    );
    const tags = jobsOf(recorded(dir), "square").map(({ tags }) => Object.fromEntries(tags));
    assert.equal(
      tags.map(({ aws_batch_job }) => aws_batch_job).sort(),
      [0, 1, 2].map((n) => `${job.jobId}:${n}`),
    );
    assert.ok(tags.every(({ aws_batch_cluster }) => aws_batch_cluster === "spot"));
  }));

test("one call is a job without an array, which has a child at least", () =>
  withService(async ({ dir, service, run, goOn }) => {
    goOn();
    const { status, stderr } = await run(["slow", "--name", "a"]).ended;
    assert.is(status, 0, stderr);
    const [job] = service.submitted();
    assert.is(job.arrayProperties, undefined);
    const slow = jobOf(recorded(dir), "slow");
    assert.is(Object.fromEntries(slow.tags).aws_batch_job, job.jobId);
    assert.is(job.tags.redun_job_id, slow.id);
  }));

test("ends of workers are told apart", () =>
  withService(async ({ dir, run, service }) => {
    service.secondsPerSecond = 20;
    const cases = ["exits", "late", "elsewhere"];
    const ended = await Promise.all(cases.map((name) => run([name]).ended));
    const [exits, late, elsewhere] = ended.map(({ stderr }) => stderr);
    assert.match(
      exits!,
      /AWS Batch job [0-9a-f-]{36} on \S+ ended before it had answered exits: its command ended with status 3\.\n.*last words/,
    );
    assert.match(late!, /ended before it had answered late: its time was over/);
    assert.match(elsewhere!, /AWS Batch: SubmitJob failed: JobQueue nowhere not found\./);
    assert.is(Object.fromEntries(jobOf(recorded(dir), "late").tags).aws_batch_state, "FAILED");
    const job = service.submitted().find(({ tags }) => tags.redun_task_name === "late");
    // Batch takes no shorter one.
    assert.equal(job.timeout, { attemptDurationSeconds: 60 });
    assert.equal(job.containerOverrides.resourceRequirements.at(-1), { type: "GPU", value: "1" });
  }));

test("a container that cannot begin: what the service says of it is told", () =>
  withService(async ({ run, service }) => {
    const container = async (unable: object) => {
      service.unable = unable;
      return (await run(["slow", "--name", "a"]).ended).stderr;
    };
    assert.match(
      await container({ reason: "CannotPullContainerError: pull access denied" }),
      /it left no word; AWS Batch says: Essential container in task exited; CannotPullContainerError: pull access denied\./,
    );
    assert.match(
      await container({
        reason: "OutOfMemoryError: Container killed due to memory usage",
        exitCode: 137,
      }),
      /it took more memory than it was given/,
    );
    // As the program itself says it, where its folder is not mounted.
    assert.match(
      await container({ exitCode: 72 }),
      /the scratch folder, .* is not there on that node/,
    );
  }));

test("a job whose spot host is reclaimed runs again, and the run does not notice", () =>
  withService(async ({ run, service, begun, goOn }) => {
    const running = run(["slow", "--name", "a"]);
    await until(() => begun().length === 1);
    service.reclaim(service.running()[0]!);
    await until(() => begun().length === 2);
    goOn();
    const { status, stdout, stderr } = await running.ended;
    assert.is(status, 0, stderr);
    assert.is(JSON.parse(stdout), "a is done");
  }));

test("a host that is lost each time fails the job, in the words of the service", () =>
  withService(async ({ run, service, begun }) => {
    const running = run(["slows", "--names", '["a", "b"]']);
    for (let begins = 2; begins < 7; begins++) {
      await until(() => begun().length === begins);
      service.reclaim(service.running().find((id) => id.endsWith(":0"))!);
    }
    assert.match(
      (await running.ended).stderr,
      /AWS Batch job \S+:0 ended before .*: its node failed/,
    );
  }));

test("an answer that is lost does not submit it twice", () =>
  withService(async ({ run, service }) => {
    service.losesAnswer = true;
    const { status, stderr } = await run(["squares", "--n", "2"]).ended;
    assert.is(status, 0, stderr);
    assert.is(service.submitted().length, 1);
    assert.is(service.requests.filter(({ what }) => what === "submitjob").length, 1);
  }));

test("a submitter that was killed finds its job again", () =>
  withService(async ({ run, service, begun, goOn }) => {
    const first = run(["slows", "--names", '["a", "b"]']);
    await until(() => begun().length === 2);
    await kill(first);
    const second = run(["slows", "--names", '["a", "b"]']);
    goOn();
    const { status, stderr } = await second.ended;
    assert.is(status, 0, stderr);
    assert.is(begun().length, 2);
    assert.is(service.submitted().length, 1);
  }));

test("Ctrl-C terminates the job; one call that is given up, its child alone", () =>
  withService(async ({ run, service, begun, goOn }) => {
    const interrupted = run(["slow", "--name", "a"]);
    await until(() => begun().length === 1);
    interrupted.child.kill("SIGINT");
    assert.is((await interrupted.ended).status, 130);
    await until(() => service.running().length === 0);
    assert.is(service.submitted()[0].status, "FAILED");
    const running = run(["impatient", "--names", '["b", "c", "d"]']);
    await until(() => begun().length === 4);
    await until(() => service.running().length === 2);
    goOn();
    const { status, stdout, stderr } = await running.ended;
    assert.is(status, 0, stderr);
    assert.equal(JSON.parse(stdout), [
      "slow took longer than 4 seconds.",
      "c is done",
      "d is done",
    ]);
    assert.is(service.submitted().length, 2);
  }));

test("what is missing is told", () =>
  withService(async ({ git, run }) => {
    const noOne = {
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    assert.match(
      (await run(["slow", "--name", "a"], noOne).ended).stderr,
      /AWS Batch: DescribeJobQueues failed: Could not load credentials/,
    );
    git("config", "redun.executor.aws_batch.queue", "closed");
    assert.match(
      (await run(["slow", "--name", "a"]).ended).stderr,
      /the job queue closed, but it is DISABLED/,
    );
    git("config", "--unset", "redun.executor.aws_batch.definition");
    assert.match(
      (await run(["slow", "--name", "a"]).ended).stderr,
      /needs a job definition, and none is named/,
    );
  }));

batch.run();
