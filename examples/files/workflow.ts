/**
 * Files as arguments and results: each is recorded by its path and the hash of its content. Sets of files are the
 * files that match a pattern, or all of a directory.
 */
import { applyTags, Dir, File, type FileSet, glob, task } from "redun-git";

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

/** One file for each line of the reads, in a directory. */
export const split = task(async (reads: File, into: string) => {
  const parts = new Dir(into);
  await parts.remove();
  let at = 0;
  for await (const line of reads.lines()) await parts.file(`${at++}.txt`).write(`${line}\n`);
  return parts;
});

/** A file that is added, changed or removed computes this again; nothing else does. */
export const total = task(async (files: FileSet) => {
  let letters = 0;
  for (const file of files) for await (const line of file.lines()) letters += line.length;
  return letters;
});

/** Count the letters of all reads that are there: `--pattern "data/*.txt"`. */
export const letters = task((pattern = "data/*.txt") => total(glob(pattern)));

/** The same of the parts of one file. */
export const parts = task((reads: File) => total(split(reads, "parts")));
