/** Files as arguments and results: each is recorded by its path and the hash of its content. */
import { applyTags, File, task } from "redun-git";

export const namespace = "examples.files";

export const download = task(async (sample: string) => {
  const reads = new File(`data/${sample}.txt`);
  return reads.write("ACGT\n".repeat(sample.length));
});

export const count = task(async (reads: File) => (await reads.read()).trim().split("\n").length);

export const writeReport = task(async (counts: number[], path: string) => {
  const report = new File(path);
  await report.write(`${counts.join("\n")}\n`);
  return applyTags(report, { tags: { dataset: "reports", rows: counts.length } });
});

/** Count the reads of some samples. */
export const main = task(function main(samples: string[] = ["NA12878", "HG002"]) {
  const counts = samples.map((sample) => count(download(sample)));
  return writeReport(counts, "report.txt");
});
