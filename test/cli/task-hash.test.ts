/** What makes a task another one, and what does not: on every Node, and with either kind of line end. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ok, workflowRepository } from "../support/cli.ts";
import { recorded } from "../support/recorded.ts";

const hash = suite("the hash of a task");

const TYPED = `import { task } from "redun-git";
export const main = task(function main(text: string = "a"): string {
  // Between the words.
  return \`\${text}
b\`;
});
`;

/** The hash of the one task that a workflow runs. */
function hashOf(text: string, file = "w.ts"): string {
  const { dir } = workflowRepository({ [file]: text });
  ok(dir, ["run", "-q", file, "main"]);
  return recorded(dir).jobs[0]!.taskHash;
}

/** As `git hash-object` has it: the same wherever the tests run. */
const PINNED = "2738ac78ce7d5d82f10883597a32a5a93cee068f";

hash("is that of its name and text, whatever runs it", () => {
  assert.is(hashOf(TYPED), PINNED);
  assert.is(hashOf(TYPED.replaceAll("\n", "\r\n")), PINNED);
  assert.is(hashOf(`\uFEFF${TYPED}`), PINNED);
  assert.is(hashOf(TYPED.replace("task(", 'task({ tags: { team: "qa" }, retries: 2 }, ')), PINNED);
});

hash("is another one with another name of a parameter, a comment, or a type", () => {
  for (const [was, is] of [
    ["text", "words"],
    ["Between", "Behind"],
    ["): string", "): unknown"],
  ] as const) {
    assert.is.not(hashOf(TYPED.replaceAll(was, is)), PINNED);
  }
});

hash("covers what a worker has not: it goes by the function", () => {
  const { dir } = workflowRepository({
    "w.mjs": `import { File, task } from "redun-git";
const half = (n) => n / 2;
export const work = task({ executor: "thread", hashIncludes: [half, new File("w.mjs")] }, (n) => half(n));
export const main = task(() => [work(4), work.options({ hashIncludes: ["v2"] })(8)]);`,
  });
  assert.is(ok(dir, ["run", "-q", "w.mjs", "main"]), "[ 2, 4 ]\n");
});

hash.run();
