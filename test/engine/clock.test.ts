import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Scheduler, task } from "../../src/api.ts";
import { now } from "../../src/engine/clock.ts";
import { BACKENDS, cli, workflowRepository } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

const clock = suite("clock");

clock(
  "a clock that is set back goes on by the time that has passed, until it has caught up",
  () => {
    const begin = Date.now() + 60_000;
    const at = (time: number, passed: number) =>
      now(
        () => begin + time,
        () => 1e9 + passed,
      ).getTime() - begin;
    assert.is(at(0, 0), 0);
    assert.is(at(1000, 1000), 1000);
    assert.is(at(-3_600_000, 2000), 2000);
    assert.is(at(-3_599_000, 3000), 3000);
    assert.is(at(10_000, 4000), 10_000);
    assert.is(at(9_980, 4001), 10_000);
  },
);

clock("a run during which the clock is set back has no negative duration", async () => {
  const { dir } = temporaryRepository();
  const real = Date.now;
  const inner = task({ name: "inner" }, () => 1);
  const main = task({ name: "main" }, async () => {
    Date.now = () => real() - 3_600_000;
    return inner();
  });
  try {
    await new Scheduler({ cwd: dir }).run(main());
  } finally {
    Date.now = real;
  }
  const { executions, jobs, outcomes } = recorded(dir);
  for (const { started, ended } of jobs) assert.ok(ended! >= started, `${started} ${ended}`);
  assert.ok(outcomes[0]!.ended >= executions[0]!.started);
});

for (const backend of oneOf(BACKENDS)) {
  clock(`a date before 1970 leaves a commit that git takes for sound (${backend})`, () => {
    for (const date of ["1960-01-01T00:00:00Z", "1969-12-31T23:59:59 +0000", "@-5 +0000"]) {
      const { dir, remove } = workflowRepository();
      const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
      assert.is(cli(dir, ["run", "-q", "workflow.ts", "main"], { backend, env }).status, 0);
      execFileSync("git", ["fsck", "--strict"], { cwd: dir, stdio: "pipe" });
      remove();
    }
  });
}

clock.run();
