/** Some calls run where the executor beside this file takes them. */
import { applyTags, File, task } from "redun-git";

export const namespace = "examples.executor";

export const count = task({ executor: "shell", nice: 5, memory: 1 }, async (text: File) => {
  const words = (await text.read()).split(/\s+/).filter(Boolean).length;
  return applyTags(words, { jobTags: { words } });
});

export const sum = task((...counts: number[]) => counts.reduce((a, b) => a + b, 0));

/** Returned calls are computed where the run is: a worker waits for nobody. */
export const both = task({ executor: "shell" }, (first: File, second: File) =>
  sum(count(first), count(second)),
);

/** Count the words of two texts. */
export const main = task(() => both(new File("a.txt"), new File("b.txt")));
