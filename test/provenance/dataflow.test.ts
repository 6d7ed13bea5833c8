import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyTags, File, Scheduler, task } from "../../src/api.ts";
import { type Dataflow, resultDataflow } from "../../src/provenance/dataflow.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { makerOf } from "../../src/provenance/maker.ts";
import { argsId, callId, jobId } from "../../src/record/encode.ts";
import type { Job } from "../../src/record/records.ts";
import { blobId, contentId } from "../../src/value/oid.ts";
import { preview } from "../../src/value/preview.ts";
import { jobsFile, madeStart, startFile } from "../support/made-records.ts";
import { recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";
const { dir } = temporaryRepository();

/** A dataflow as redun writes it, without ids. */
function written({ sections }: Dataflow): string {
  const lines = sections.map(({ name, steps, variables }) => {
    const ways = steps.map((step) => {
      if (!("call" in step)) return step.kind;
      const { task, arguments: names } = step.call;
      return `${step.kind === "argument" ? "argument of " : ""}${task}(${names.join(", ")})`;
    });
    const values = variables.map((variable) => `${variable.name} = ${preview(variable.value)}`);
    return [`${name} <-- ${ways.join(" <-- ")}`, ...values].join("\n  ");
  });
  return lines.join("\n");
}

async function inLog<T>(body: (log: IndexedLog) => Promise<T>): Promise<T> {
  const log = await IndexedLog.open({ cwd: dir });
  try {
    await log.refresh();
    return await body(log);
  } finally {
    await log.close();
  }
}

/** The dataflow of the result of the newest job of a task, after running an expression. */
async function dataflowOf(expression: unknown, name: string, limit = 1000): Promise<Dataflow> {
  await new Scheduler({ cwd: dir }).run<unknown>(expression).catch(() => {});
  const jobs = recorded(dir).jobs.filter((job) => job.task === name);
  const { id } = jobs.sort((a, b) => (a.started < b.started ? 1 : -1))[0]!;
  return inLog(async (log) =>
    resultDataflow(log, log.index.jobWithId(id)!, { name: "result", limit }),
  );
}

const is = (flow: Dataflow, text: string) => assert.is(written(flow), text);

const add = task({ name: "add" }, (a: number, b: number) => a + b);
const inc = task({ name: "inc" }, (i: number) => i + 1);
const total = task({ name: "total" }, (values: number[]) => values.reduce((a, b) => a + b, 0));
const one = task({ name: "one" }, () => 1);
const pair = task({ name: "pair" }, () => ({ left: 20, right: 30 }));

const flows = suite("upstream dataflow");

flows("arguments come from calls, from the arguments above, or from nowhere", async () => {
  const path = join(dir, "report.txt");
  const write = task({ name: "write" }, async (to: string, n: number) =>
    new File(to).write(`${n}`),
  );
  const main = task({ name: "main" }, (a: number, b: number) => write(path, add(a, b)));
  const flow = await dataflowOf(main(1, 2), "write");
  const file = File.recorded("report.txt", { hash: blobId("3"), size: 1 });
  is(
    flow,
    `result <-- write(to, n)
  to = '${path}'
  n = 3
n <-- add(a, b)
  a = 1
  b = 2
a <-- argument of main(a, b) <-- origin
b <-- argument of main(a, b) <-- origin`,
  );
  const [{ id }] = [{ id: contentId(file) }];
  const ofValue = await inLog((log) =>
    resultDataflow(log, makerOf(log, id), { name: "value", limit: 9 }),
  );
  assert.is(written(ofValue), written(flow).replace("result", "value"));
});

flows("a result is followed down to the call that made it", async () => {
  const inner = task({ name: "inner" }, (x: number) => inc(x));
  const outer = task({ name: "outer" }, (y: number) => inner(y));
  is(
    await dataflowOf(outer(6), "outer"),
    `result <-- outer(y) <-- inner(x) <-- inc(i)
  i = 6
i <-- argument of inner(x) <-- argument of outer(y) <-- origin`,
  );
});

flows("a value made of several results derives from them", async () => {
  is(
    await dataflowOf(total([inc(10), inc(11), 5]), "total"),
    `result <-- total(values)
  values = [11, 12, 5]
values <-- derived
  inc_result = 11
  inc_result_2 = 12
inc_result <-- inc(i)
  i = 10
inc_result_2 <-- inc(i_2)
  i_2 = 11`,
  );
});

flows("a part of a result derives from the whole, which is shown once", async () => {
  const both = pair();
  is(
    await dataflowOf(add(both.left, both.right), "add"),
    `result <-- add(a, b)
  a = 20
  b = 30
a <-- derived
  pair_result = {left: 20, right: 30}
pair_result <-- pair() <-- origin
b <-- derived
  pair_result = {left: 20, right: 30}`,
  );
});

flows("a call that was told before is only named", async () => {
  const three = inc(2);
  is(
    await dataflowOf(add(three, three), "add"),
    `result <-- add(a, b)
  a = 3
  b = 3
a <-- inc(i)
  i = 2
b <-- inc(i)`,
  );
  is(
    await dataflowOf(add(one(), 0), "add"),
    "result <-- add(a, b)\n  a = 1\n  b = 0\na <-- one() <-- origin",
  );
});

flows("two children with the same result: the parent is as far as one can tell", async () => {
  const twice = task({ name: "twice" }, async (n: number) => {
    await inc(n);
    return inc(n);
  });
  is(await dataflowOf(twice(70), "twice"), "result <-- twice(n)\n  n = 70");
});

flows("an error is followed like a result", async () => {
  const fail = task({ name: "fail" }, (x: number): number => {
    throw new RangeError(`bad ${x}`);
  });
  const failMain = task({ name: "failMain" }, (x: number) => fail(x));
  is(
    await dataflowOf(failMain(7), "failMain"),
    "result <-- failMain(x) <-- fail(x)\n  x = 7\nx <-- argument of failMain(x) <-- origin",
  );
});

flows("a file that was handed down within a list is found there", async () => {
  const size = task({ name: "size" }, async (file: File) => (await file.read()).length);
  const sizes = task({ name: "sizes" }, (files: File[]) => files.map((file) => size(file)));
  const file = await new File(join(dir, "listed")).write("xyz");
  const flow = await dataflowOf(sizes([file]), "size");
  assert.match(written(flow), /^file <-- argument of sizes\(files\) <-- origin$/m);
});

flows("of the jobs that gave a value, the newest that made it", async () => {
  const make = task({ name: "make" }, (n: number) => ({ made: n }));
  const hand = task({ name: "hand" }, (n: number) => make(n));
  await dataflowOf(make(1), "make");
  await dataflowOf(hand(1), "hand");
  const flow = await inLog((log) => {
    return resultDataflow(log, makerOf(log, contentId({ made: 1 })), { name: "value", limit: 9 });
  });
  is(flow, "value <-- make(n)\n  n = 1\nn <-- argument of hand(n) <-- origin");
});

flows("what only the user gave has no origin but that", async () => {
  await dataflowOf(inc(4711), "inc");
  const flow = await inLog((log) => {
    return resultDataflow(log, makerOf(log, contentId(4711)), { name: "value", limit: 9 });
  });
  is(flow, "value <-- origin");
});

flows("arguments without names are numbered", async () => {
  const none = task({ name: "none" }, () => 4712);
  const call = none as unknown as (...args: number[]) => unknown;
  is(await dataflowOf(call(5, 6), "none"), "result <-- none(arg0, arg1)\n  arg0 = 5\n  arg1 = 6");
});

flows("a tagged value in between changes nothing", async () => {
  const tagged = applyTags(inc(800), { tags: { good: true } });
  is(
    await dataflowOf(inc(tagged), "inc"),
    "result <-- inc(i)\n  i = 801\ni <-- inc(i_2)\n  i_2 = 800",
  );
});

flows("a long chain is cut, and says so", async () => {
  let chain: ReturnType<typeof inc> | number = 0;
  for (let n = 0; n < 60; n++) chain = inc(chain);
  const flow = await dataflowOf(chain, "inc", 20);
  assert.equal([flow.sections.length, flow.isCut], [20, true]);
  const whole = await dataflowOf(chain, "inc", 1000);
  assert.equal([whole.sections.length, whole.isCut], [60, false]);
});

flows("deep handing down and wide fan-in are cut, and end", async () => {
  const leaf = task({ name: "leaf" }, (kept: string) => `${kept}!`);
  const down = task({ name: "down" }, (n: number, kept: string): unknown => {
    return n === 0 ? leaf(kept) : down(n - 1, kept);
  });
  const up = await dataflowOf(down(150, "kept"), "leaf");
  assert.equal([up.sections[1]?.steps.length, up.isCut], [100, true]);
  const root = await inLog((log) => {
    const { id } = recorded(dir).jobs.find(({ task, parent }) => task === "down" && !parent)!;
    return resultDataflow(log, log.index.jobWithId(id)!, { name: "result", limit: 1000 });
  });
  assert.equal([root.sections[0]?.steps.length, root.isCut], [101, true]);
  const wide = await dataflowOf(total(Array.from({ length: 150 }, (_, n) => inc(n))), "total");
  assert.ok(wide.isCut);
  assert.is(wide.sections[1]?.variables.length, 100);
});

flows("records that lie about where arguments came from do no harm", async () => {
  const { id, files } = circle();
  await inLog(async (log) => {
    await log.append(files, "two jobs, each of which took the other's result\n");
    const row = log.index.jobWithId(id)!;
    const flow = await resultDataflow(log, row, { name: "result", limit: 1000 });
    is(flow, "result <-- a(x)\n  x = 1\nx <-- b(x_2)\n  x_2 = 1\nx_2 <-- a(x)");
    assert.is((await findEntity(log, id)).type, "Job");
  });
});

/** Two jobs whose arguments each came from the other, which no run writes. */
function circle() {
  const started = "2026-11-22T09:43:43.512Z";
  const { id: of, file } = startFile(madeStart({ started, nonce: "circle" }));
  const ids = [0, 1].map((index) => jobId(of, index, "sha1"));
  const value = contentId(1);
  const jobs = ids.map((id, index): Job => {
    const taskHash = blobId(`task ${index}`);
    const argsHash = argsId(new Map([["x", value]]), "sha1");
    return {
      id,
      index,
      parent: null,
      task: "ab"[index]!,
      taskHash,
      call: callId({ taskHash, argsHash, valueHash: value, children: [] }, "sha1"),
      status: "DONE",
      started,
      ended: started,
      late: false,
      args: new Map([["x", 1]]),
      from: new Map([["x", [ids[1 - index]!, blobId("a job that never came")]]]),
      result: 1,
      tags: [],
    };
  });
  return { id: ids[0]!, files: [file, jobsFile(started, { execution: of, jobs, tagged: [] })] };
}

flows.run();
