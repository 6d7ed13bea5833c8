/** Every way to put a tag on what a workflow does. */
import { applyTags, task } from "redun-git";

export const namespace = "examples.tags";

// Tags of a task: recorded on the task, shown on each of its jobs. They never make it run again.
export const align = task({ tags: { team: "genomics", tool: "bwa" } }, (sample: string) => ({
  sample,
  reads: sample.length * 1000,
}));

// Tags that are known only once the work is done: on the value, the job, the whole execution.
export const quality = task((alignment: { sample: string; reads: number }) => {
  const score = alignment.reads / 8000;
  return applyTags(
    { ...alignment, score },
    {
      tags: { quality: score > 0.6 ? "high" : "low" },
      jobTags: { cost: 3.2, gpu: false },
      executionTags: [["sample", alignment.sample]],
    },
  );
});

export const report = task((results: { sample: string; score: number }[]) =>
  results.map(({ sample, score }) => `${sample}: ${score}`).join("\n"),
);

/** Compare the samples of one experiment. */
export const main = task(function main(samples: string[] = ["NA12878", "HG002"]) {
  const results = samples.map((sample) => quality(align(sample)));
  // Tags of one call, in the place of the task's own.
  return report.options({ tags: { format: "text" } })(results);
});
