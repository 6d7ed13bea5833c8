/** What HyperQueue's command is told, and what it says of tasks. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { submitWords } from "../../src/hyperqueue/options.ts";
import { exitStatus, type HqTask, taskState } from "../../src/hyperqueue/tasks.ts";

const words = suite("words for HyperQueue");

function submit(options: Record<string, unknown>, config: Record<string, string> = {}) {
  return submitWords(options, (name) => config[name]);
}

words("options of a task, and git config where it says nothing", () => {
  assert.equal(submit({}), []);
  assert.equal(submit({ cpus: 0.5, memory: 2, gpus: 1 }), [
    "--cpus=0.5",
    "--resource=mem=1908",
    "--resource=gpus/nvidia=1",
  ]);
  assert.equal(submit({ time: 2.5 }), ["--time-limit=150s"]);
  const config = { time: "90", hq: "--priority=5 --crash-limit=1" };
  assert.equal(submit({}, config), ["--time-limit=5400s", "--priority=5", "--crash-limit=1"]);
  assert.equal(submit({ time: "36h", hq: [] }, config), ["--time-limit=36h"]);
});

words("what it cannot mean is refused by name", () => {
  for (const [options, what] of [
    [{ cpus: 0 }, /option cpus is 0, and no number above 0/],
    [{ gpus: "all" }, /option gpus is "all"/],
    [{ time: "soon" }, /option time is "soon", and no number of minutes/],
    [{ hq: "--priority=5" }, /option hq is "--priority=5", and no list of options/],
  ] as const) {
    assert.throws(() => submit(options), what);
  }
});

words("how a task stands, and why it ended, in sentences of HyperQueue 0.26", () => {
  const cases: [Omit<HqTask, "id">, string, string | null, number | null][] = [
    [{ state: "waiting" }, "queued", null, null],
    [{ state: "running", worker: 2 }, "running", null, null],
    [{ state: "finished", worker: 2 }, "ended", null, 0],
    [{ state: "canceled" }, "ended", "cancelled", null],
    [{ state: "failed", error: "Program terminated with exit code 72." }, "ended", null, 72],
    [{ state: "failed", error: "Time limit reached" }, "ended", "time", null],
    [
      {
        state: "failed",
        error: "Program terminated with exit code -1. Received signal 9 (SIGKILL).",
      },
      "ended",
      null,
      137,
    ],
    [
      {
        state: "failed",
        error:
          "Task was running on a worker that was lost; the task has occurred 5 times in this situation and limit was reached.",
      },
      "ended",
      "node",
      null,
    ],
  ];
  for (const [task, phase, cause, status] of cases) {
    const state = taskState({ id: 0, ...task });
    assert.is(state.phase, phase);
    assert.is(state.cause, cause);
    assert.is(exitStatus({ id: 0, ...task }), status);
  }
});

words.run();
