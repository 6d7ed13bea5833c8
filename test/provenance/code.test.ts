import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codeCondition } from "../../src/provenance/code.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type CodeCondition, type Condition, not } from "../../src/query/condition.ts";
import { matcher } from "../../src/query/matcher.ts";
import { sampleLog } from "../support/sample.ts";

const code = suite("conditions on the code");

const repository = await sampleLog([{ argv: ["run", "1"] }]);
const log = await IndexedLog.open({ cwd: repository.dir });
await log.refresh();
const { search } = log.index;
const commit = repository.git("rev-parse", "HEAD");
const tree = repository.git("rev-parse", "HEAD^{tree}");

const condition = (commits: string[], trees: string[] = []): CodeCondition => ({
  is: "code",
  revision: "any",
  commits: new Set(commits),
  trees: new Set(trees),
});
const counts = (where: Condition) => [
  search.count("Execution", { where }),
  search.count("Execution", { where: not(where) }),
  search.count("Job", { execution: where }),
  search.count("Job", { where }),
  search.count("Task", { execution: where }),
];

code("a revision is its commit and the tree of that", async () => {
  const found = await codeCondition(log.log.backend, "HEAD");
  assert.equal(found, { ...condition([commit], [tree]), revision: "HEAD" });
});

code("executions by commit or tree, their jobs and tasks", () => {
  for (const where of [
    condition([commit]),
    condition([], [tree]),
    condition([commit, "0".repeat(40)], [tree, commit]),
  ]) {
    assert.equal(counts(where), [1, 0, 3, 3, 3]);
  }
  for (const where of [condition([]), condition([tree], [commit])]) {
    assert.equal(counts(where), [0, 1, 0, 0, 0]);
  }
});

code("a long history is no different", () => {
  const others = Array.from({ length: 50_000 }, (_, at) => at.toString(16).padStart(40, "0"));
  assert.equal(counts(condition([...others, commit], others)), [1, 0, 3, 3, 3]);
});

code("what runs at this moment is judged by the same rule", () => {
  const passes = matcher(condition(["a"], ["b"]));
  assert.is(passes({ tags: [], commit: "a", tree: "x" }), true);
  assert.is(passes({ tags: [], commit: "x", tree: "b" }), true);
  assert.is(passes({ tags: [], commit: "b", tree: "a" }), false);
  assert.is(passes({ tags: [], commit: null, tree: null }), false);
  assert.is(passes({ tags: [] }), false);
});

code.after(() => log.close());
code.run();
