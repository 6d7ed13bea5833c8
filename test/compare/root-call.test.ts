import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Scheduler, task } from "../../src/api.ts";
import { rootCall } from "../../src/compare/values.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const add = task({ name: "add" }, (a: number, b: number) => a + b);
const wrap = task({ name: "wrap" }, (n: number) => ({ n }));
const main = task({ name: "main" }, (n: number) => add(add(n, 1), 2));

const roots = suite("the call that an execution is named for");

for (const [what, make, name, args] of [
  ["a call with plain arguments", () => main(1), "main", [1]],
  ["a call with a lazy argument", () => add(add(1, 2), 4), "add", [3, 4]],
  [
    "a call with lazy arguments of itself in others",
    () => add(1, wrap(add(2, 3)).n),
    "add",
    [1, 5],
  ],
  ["the first of a list", () => [add(add(1, 2), 3), main(5), add(9, 9)], "add", [3, 3]],
  ["a property", () => wrap(add(1, 2)).n, "wrap", [3]],
  ["what is awaited below it", () => wrap(main(1)), "wrap", [4]],
] as const) {
  roots(what, async () => {
    const { dir } = temporaryRepository();
    await new Scheduler({ cwd: dir }).run(make() as unknown);
    const log = await IndexedLog.open({ cwd: dir });
    await log.refresh();
    const call = await rootCall(log, log.index.executionBefore(0)!);
    await log.close();
    assert.is(call?.task, name);
    assert.equal([...call!.args.values()], args);
  });
}

roots.run();
