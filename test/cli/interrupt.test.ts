import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  HELLO,
  kill,
  logged,
  ok,
  start,
  tagTexts,
  workflowRepository,
} from "../support/cli.ts";
import { oneOf, someOf } from "../support/effort.ts";
import { jobsOf, recorded } from "../support/recorded.ts";

const WAITING = `
import { task } from "redun-git";
import { setTimeout as sleep } from "node:timers/promises";
export const quick = task((n) => n);
export const slow = task(async (numbers) => {
  console.error("waiting");
  await sleep(30_000);
});
export const main = task(() => slow([quick(1), quick(2)]));
`;

const interrupted = suite("run that is interrupted");

for (const backend of oneOf(BACKENDS)) {
  interrupted(`by Ctrl-C: status 130, recorded with what had finished (${backend})`, async () => {
    const { dir } = workflowRepository({ "waiting.mjs": WAITING });
    const { child, ended, said } = start(dir, ["run", "waiting.mjs", "main"], { backend });
    await said("waiting\n");
    child.kill("SIGINT");
    const { status, stdout, stderr } = await ended;
    assert.is(status, 130);
    assert.is(stdout, "");
    assert.match(stderr, /Interrupted/);
    // Recorded by the process itself: no other command has run since.
    const log = recorded(dir);
    assert.is(log.outcomes[0]!.status, "INTERRUPTED");
    assert.equal(
      jobsOf(log, "quick").map(({ status }) => status),
      ["DONE", "DONE"],
    );
    assert.equal(
      jobsOf(log, "slow").map(({ status }) => status),
      ["RUNNING"],
    );
  });

  interrupted(`by SIGTERM: status 143 (${backend})`, async () => {
    const { dir } = workflowRepository({ "waiting.mjs": WAITING });
    const { child, ended, said } = start(dir, ["run", "waiting.mjs", "main"], { backend });
    await said("waiting\n");
    child.kill("SIGTERM");
    assert.is((await ended).status, 143);
    assert.is(recorded(dir).outcomes[0]!.status, "INTERRUPTED");
  });

  interrupted(`by SIGKILL: the next command records it (${backend})`, async () => {
    const { dir, git } = await killed();
    assert.is(git("for-each-ref", "refs/redun"), "");
    const [execution] = logged(dir, [], { backend });
    assert.is(execution.status, "INTERRUPTED");
    assert.equal(execution.args, ["run", "-t", "env=dev", "waiting.mjs", "main"]);
    assert.ok(tagTexts(execution).includes('env="dev"'));
    const log = recorded(dir);
    assert.equal(
      jobsOf(log, "quick").map(({ status }) => status),
      ["DONE", "DONE"],
    );
    assert.match(git("log", "-1", "--format=%s", "refs/redun/main"), /\[INTERRUPTED\] 4 jobs$/);
  });
}

for (const args of someOf([
  ["run", "-q", "workflow.ts", "main"],
  ["tag", "list"],
])) {
  interrupted(`by SIGKILL: \`${args.slice(0, 2).join(" ")}\` is a next command too`, async () => {
    const { dir } = await killed();
    ok(dir, args);
    const statuses = recorded(dir).outcomes.map(({ status }) => status);
    assert.ok(statuses.includes("INTERRUPTED"), statuses.join());
  });
}

interrupted("by SIGKILL: many commands at once record it once", async () => {
  const { dir, git } = await killed();
  const commands = [1, 2, 3, 4].map(() => start(dir, ["log"]).ended);
  for (const { status, stderr } of await Promise.all(commands)) assert.is(status, 0, stderr);
  assert.is(git("rev-list", "--count", "refs/redun/main"), "1");
  assert.is(logged(dir).length, 1);
});

interrupted("a run that is still going is left alone, and listed as running", async () => {
  const { dir, git } = workflowRepository({ "waiting.mjs": WAITING });
  const args = ["run", "-t", "env=dev", "waiting.mjs", "main"];
  const { child, ended, said } = start(dir, args);
  await said("waiting\n");
  assert.match(ok(dir, ["log", "-t", "env=dev"]), /^Exec [0-9a-f]{8} \[RUNNING\] /m);
  const [running] = logged(dir);
  assert.is(running.status, "RUNNING");
  assert.is(running.end_time, null);
  assert.equal(logged(dir, ["-t", "env=prod"]), []);
  assert.is(git("for-each-ref", "refs/redun"), "");
  child.kill("SIGINT");
  await ended;
  const after = logged(dir);
  assert.is(after.length, 1);
  assert.is(after[0].id, running.id);
  assert.is(after[0].status, "INTERRUPTED");
});

interrupted("a second Ctrl-C during the commit loses nothing", async () => {
  const { dir } = workflowRepository({ "waiting.mjs": WAITING });
  const { child, ended, said } = start(dir, ["run", "waiting.mjs", "main"]);
  await said("waiting\n");
  child.kill("SIGINT");
  await sleep(3);
  child.kill("SIGINT");
  await ended;
  assert.is(logged(dir)[0].status, "INTERRUPTED");
  assert.is(jobsOf(recorded(dir), "quick").length, 2);
});

/** A repository in which a run was killed while its two quick jobs were done. */
async function killed() {
  const repository = workflowRepository({ "waiting.mjs": WAITING, "workflow.ts": HELLO });
  const args = ["run", "-t", "env=dev", "waiting.mjs", "main"];
  const running = start(repository.dir, args);
  await running.said("waiting\n");
  await kill(running);
  return repository;
}

interrupted.run();
