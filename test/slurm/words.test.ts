/** What Slurm's commands are told, and what they said. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SlurmCluster } from "../../src/slurm/cluster.ts";
import { sbatchWords } from "../../src/slurm/options.ts";
import { ranges } from "../../src/slurm/ranges.ts";
import fc from "../support/property.ts";

const words = suite("words for Slurm");

function sbatch(options: Record<string, unknown>, config: Record<string, string> = {}) {
  return sbatchWords(options, (name) => config[name]);
}

words("options of a task, and git config where it says nothing", () => {
  assert.equal(sbatch({}), []);
  assert.equal(sbatch({ cpus: 1.5, memory: 2 }), ["--cpus-per-task=2", "--mem=1908M"]);
  assert.equal(sbatch({ time: 2.5, gres: "gpu:1" }), ["--time=3", "--gres=gpu:1"]);
  const config = { partition: "long", memory: "1", sbatch: "--exclusive --nice=5" };
  assert.equal(sbatch({ time: "1-00:00:00" }, config), [
    "--mem=954M",
    "--time=1-00:00:00",
    "--partition=long",
    "--exclusive",
    "--nice=5",
  ]);
  assert.equal(sbatch({ partition: "short", sbatch: ["-A x y"] }, config).slice(-2), [
    "--partition=short",
    "-A x y",
  ]);
});

words("what it cannot mean is refused by name", () => {
  for (const [options, what] of [
    [{ cpus: 0 }, /option cpus is 0, and no number above 0/],
    [{ memory: "much" }, /option memory is "much"/],
    [{ partition: 7 }, /option partition is 7, and no text/],
    [{ time: -1 }, /option time is -1/],
    [{ sbatch: ["sleep"] }, /option sbatch is \["sleep"\], and no list of options/],
    [{ sbatch: "--x" }, /option sbatch is "--x"/],
  ] as const) {
    assert.throws(() => sbatch(options), what);
  }
});

words("elements as ranges: each of them, once", () => {
  assert.equal(ranges([7, 0, 1, 2, 9, 8]), ["0-2,7-9"]);
  assert.equal(ranges([3]), ["3"]);
  const numbers = fc.uniqueArray(fc.nat(2000), { minLength: 1 });
  const isWhole = fc.property(numbers, (numbers) => {
    const found = ranges(numbers).flatMap((text) =>
      text.split(",").flatMap((range) => {
        const [from = 0, to = from] = range.split("-").map(Number);
        return Array.from({ length: to - from + 1 }, (_, i) => from + i);
      }),
    );
    assert.equal(
      found,
      [...numbers].sort((a, b) => a - b),
    );
  });
  fc.assert(isWhole);
});

words(
  "why it ended a job, as its daemon wrote it; a task's own words are not taken for that",
  () => {
    const { causeIn } = new SlurmCluster(() => undefined);
    for (const [line, cause] of [
      [
        "slurmstepd-n1: error: StepId=15.batch exceeded memory limit (2 > 1), being killed",
        "memory",
      ],
      ["slurmstepd: error: Detected 1 oom_kill event in StepId=15.batch.", "memory"],
      ["slurmstepd: error: *** JOB 16 ON n1 CANCELLED AT 2026-11-30 DUE TO TIME LIMIT ***", "time"],
      [
        "slurmstepd: error: *** JOB 16 ON n1 CANCELLED AT 2026-11-30 DUE TO PREEMPTION ***",
        "preempted",
      ],
      ["exceeded memory limit, DUE TO TIME LIMIT", null],
    ] as const) {
      assert.is(causeIn(`first\n${line}\nlast`), cause);
    }
  },
);

words.run();
