/** `limits`, `timeout`, `retries`, and options that there are not. */
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File, out, RedunError, Scheduler, script, task } from "../../src/api.ts";
import { Limits } from "../../src/engine/limits.ts";
import fc from "../support/property.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

const options = suite("task options");

interface Ran {
  readonly result: unknown;
  readonly error: Error | undefined;
  readonly log: ReturnType<typeof recorded>;
}

async function run(expression: unknown, config: Record<string, string> = {}): Promise<Ran> {
  const { dir } = temporaryRepository();
  for (const [key, value] of Object.entries(config)) {
    spawnSync("git", ["config", key, value], { cwd: dir });
  }
  let result: unknown;
  let error: Error | undefined;
  try {
    result = await new Scheduler({ cwd: dir }).run(expression);
  } catch (thrown) {
    error = thrown as Error;
  }
  return { result, error, log: recorded(dir) };
}

/** A task that notes how many of it are at work at once, at most. */
function counting(given: Parameters<typeof task>[0]) {
  const seen = { now: 0, most: 0 };
  const work = task(given as { name: string }, async (n: number) => {
    seen.now++;
    seen.most = Math.max(seen.most, seen.now);
    await sleep(5);
    seen.now--;
    return n;
  });
  return { seen, work };
}

const NUMBERS = [1, 2, 3, 4, 5, 6];

options("limits: no more at once than there is, which git config says", async () => {
  for (const [limits, config, most] of [
    [["db"], {}, 1],
    [["db"], { "redun.limit.db": "4" }, 4],
    [{ gpu: 2 }, { "redun.limit.gpu": "5" }, 2],
    [{ gpu: 1, db: 1 }, { "redun.limit.gpu": "5", "redun.limit.db": "3" }, 3],
  ] as const) {
    const { seen, work } = counting({ name: "work", limits });
    const { result } = await run(
      NUMBERS.map((n) => work(n)),
      config,
    );
    assert.equal(result, NUMBERS);
    assert.is(seen.most, most);
    assert.is(seen.now, 0);
  }
});

options("limits: what fails gives back what it took, and a call's own come first", async () => {
  const fail = task({ name: "fail", limits: ["db"] }, async (n: number) => {
    if (n > 1) throw new Error("boom");
    return n;
  });
  const both = task({ name: "both" }, async () => {
    const ends = await Promise.allSettled([fail(2), fail(3), fail(1)]);
    return ends.map(({ status }) => status);
  });
  assert.equal((await run(both())).result, ["rejected", "rejected", "fulfilled"]);
  const { seen, work } = counting({ name: "work", limits: ["db"] });
  const wide = work.options({ limits: { db: 2 } });
  const { result } = await run(
    NUMBERS.map((n) => wide(n)),
    { "redun.limit.db": "6" },
  );
  assert.equal([result, seen.most], [NUMBERS, 3]);
});

options("limits: more than there is, and a bad total, are errors that say what to do", async () => {
  const work = task({ name: "work", limits: { gpu: 2 } }, () => 1);
  const { error, log } = await run(work());
  assert.match(error!.message, /needs 2 of "gpu", and there are 1/);
  assert.is(jobOf(log, "work").status, "FAILED");
  const bad = await run(work(), { "redun.limit.gpu": "many" });
  assert.match(bad.error!.message, /redun.limit.gpu is "many"/);
});

options("limits: whatever is asked for, all are served, and never too many", () => {
  const needs = fc.record({ a: fc.integer({ min: 1, max: 3 }), b: fc.integer({ min: 1, max: 2 }) });
  fc.assert(
    fc.property(fc.array(needs, { maxLength: 20 }), fc.array(fc.nat()), (asked, picks) => {
      const limits = new Limits((name) => (name === "a" ? 3 : 2));
      const at: (typeof asked)[number][] = [];
      for (const one of asked) {
        if (limits.take(one, one, () => at.push(one))) at.push(one);
      }
      let served = 0;
      for (; at.length > 0; served++) {
        assert.ok(at.reduce((sum, { a }) => sum + a, 0) <= 3);
        assert.ok(at.reduce((sum, { b }) => sum + b, 0) <= 2);
        const [ended] = at.splice((picks[served] ?? 0) % at.length, 1);
        limits.giveBack(ended!);
      }
      assert.is(served, asked.length);
    }),
  );
});

options("timeout: a job that takes too long fails, and the run goes on", async () => {
  const slow = task({ name: "slow", timeout: 0.05 }, async () => {
    await sleep(60_000, null, { ref: false });
  });
  const main = task({ name: "main" }, async () => {
    try {
      await slow();
    } catch (error) {
      return (error as Error).message;
    }
    return "no";
  });
  const { result, log } = await run(main());
  assert.is(result, "slow took longer than 0.05 seconds.");
  assert.is(jobOf(log, "slow").status, "FAILED");
  const quick = task({ name: "quick", timeout: 60 }, async () => 1);
  assert.is((await run(quick())).result, 1);
});

options(
  "timeout: synchronous code that takes too long has its result, and that is said once",
  async () => {
    const spin = task({ name: "spin", timeout: 0.01 }, (n: number) => {
      for (const end = performance.now() + 15; performance.now() < end; );
      return n;
    });
    const notices: string[] = [];
    const listener = { noticed: (notice: string) => void notices.push(notice) };
    const { dir } = temporaryRepository();
    assert.equal(await new Scheduler({ cwd: dir, listener }).run([spin(1), spin(2)]), [1, 2]);
    assert.is(notices.length, 1);
    assert.match(notices[0]!, /^spin took longer than its timeout of 0.01 s\. .*thread/);
  },
);

options("timeout: a script that takes too long is ended, and gives back its place", async () => {
  const { dir } = temporaryRepository();
  spawnSync("git", ["config", "redun.limit.programs", "1"], { cwd: dir });
  const hang = script({ name: "hang", timeout: 0.3 })`echo $$ > ${`${dir}/pid`}; sleep 300; true`;
  const next = task({ name: "next" }, async () => {
    await hang.catch(() => {});
    return await script`cat ${`${dir}/pid`}`;
  });
  const pid = await new Scheduler({ cwd: dir }).run(next());
  const gone = () => spawnSync("ps", ["-o", "stat=", "-p", pid.trim()]).stdout.toString();
  for (let left = 200; left > 0 && !/^(Z|$)/.test(gone()); left--) await sleep(20);
  assert.match(gone(), /^(Z|$)/);
});

options("retries: each attempt is a job with its number, and the last one counts", async () => {
  let calls = 0;
  const flaky = task({ name: "flaky", retries: 3, tags: { a: 1 } }, async (n: number) => {
    calls++;
    if (calls < 3) throw new Error(`no ${calls}`);
    return n;
  });
  const add = task({ name: "add" }, (a: number, b: number) => a + b);
  const { result, log } = await run(add(flaky(1), 1));
  assert.is(result, 2);
  const jobs = jobsOf(log, "flaky");
  assert.equal(
    jobs.map(({ status, tags }) => [status, tags]),
    [
      [
        "FAILED",
        [
          ["a", 1],
          ["attempt", 1],
        ],
      ],
      [
        "FAILED",
        [
          ["a", 1],
          ["attempt", 2],
        ],
      ],
      [
        "DONE",
        [
          ["a", 1],
          ["attempt", 3],
        ],
      ],
    ],
  );
  assert.equal(jobOf(log, "add").from.get("a"), [jobs[2]!.id]);
  assert.is(log.outcomes[0]!.status, "DONE");
});

options(
  "retries: the last error is the job's; one that succeeds at once has no number",
  async () => {
    let calls = 0;
    const bad = task({ name: "bad", retries: 2 }, () => {
      throw new Error(`no ${++calls}`);
    });
    const { error, log } = await run(bad());
    assert.is(error!.message, "no 3");
    assert.is(jobsOf(log, "bad").length, 3);
    const good = task({ name: "good", retries: 2 }, () => 1);
    assert.equal(jobOf((await run(good())).log, "good").tags, []);
    // What fails below it has retries of its own.
    const child = task({ name: "child" }, () => {
      throw new Error("child");
    });
    const parent = task({ name: "parent", retries: 2 }, () => child());
    const ran = await run(parent());
    assert.equal([jobsOf(ran.log, "parent").length, jobsOf(ran.log, "child").length], [1, 1]);
    const none = await run(bad.options({ retries: 0 })());
    assert.is(jobsOf(none.log, "bad").length, 1);
  },
);

options("retries: equal calls share the outcome of all attempts", async () => {
  let calls = 0;
  const flaky = task({ name: "flaky", retries: 1, timeout: 5, limits: ["x"] }, async () => {
    await sleep(5);
    if (++calls === 1) throw new Error("no");
    return calls;
  });
  const { result, log } = await run([flaky(), flaky()]);
  assert.equal(result, [2, 2]);
  assert.equal(
    jobsOf(log, "flaky")
      .map(({ status }) => status)
      .sort(),
    ["CACHED", "DONE", "FAILED"],
  );
});

options("a call is taken from the log with its options, and again with them", async () => {
  const { dir } = temporaryRepository();
  const leaf = task({ name: "leaf", version: "1" }, (n: number) => n);
  const main = task({ name: "main", version: "1" }, () =>
    leaf.options({ limits: ["x"], timeout: 0.5, retries: 2 })(1),
  );
  const first = await new Scheduler({ cwd: dir }).run(main());
  const second = await new Scheduler({ cwd: dir }).run(main());
  assert.equal([first, second], [1, 1]);
  assert.equal(
    recorded(dir)
      .jobs.map(({ task, status }) => `${task} ${status}`)
      .sort(),
    ["leaf CACHED", "leaf DONE", "main CACHED", "main DONE"],
  );
});

options("a script is taken from the log until its input or output changes", async () => {
  const { dir } = temporaryRepository();
  const input = await new File(`${dir}/in.txt`).write("a\n");
  const main = task({ name: "main", version: "1" }, () => {
    const sorted = script`sort ${new File(input.path)} > ${out(`${dir}/out.txt`)}`;
    return script({ name: "count" })`wc -l < ${sorted}`;
  });
  const run = async () => {
    const before = new Set(recorded(dir).jobs.map(({ id }) => id));
    const printed = await new Scheduler({ cwd: dir }).run(main());
    const jobs = recorded(dir).jobs.filter(({ id }) => !before.has(id));
    return [Number(printed), ...jobs.map(({ task, status }) => `${task} ${status}`).sort()];
  };
  const [ran, cached] = ["DONE", "CACHED"];
  const jobs = (...[count, main, sort]: string[]) => [
    ...[`count ${count}`, `main ${main}`, `redun.script ${sort}`],
  ];
  await new Scheduler({ cwd: dir }).run(task({ name: "empty" }, () => 1)());
  assert.equal(await run(), [1, ...jobs(ran!, ran!, ran!)]);
  assert.equal(await run(), [1, ...jobs(cached!, cached!, cached!)]);
  await input.write("a\nb\n");
  // The call that main made has other arguments now.
  assert.equal(await run(), [2, ...jobs(ran!, ran!, ran!)]);
  await new File(`${dir}/out.txt`).remove();
  assert.equal(await run(), [2, ...jobs(cached!, cached!, ran!)]);
});

options("an option that there is not, or a value that it does not take, is refused", () => {
  const refused = (given: object, pattern: RegExp) => {
    for (const make of [
      () => task(given, () => 1),
      () => script(given),
      () => task(() => 1).options(given),
    ]) {
      try {
        make();
      } catch (error) {
        assert.instance(error, RedunError);
        assert.is((error as RedunError).code, "BAD_TASK");
        assert.match((error as RedunError).message, pattern);
        continue;
      }
      assert.unreachable(JSON.stringify(given));
    }
  };
  refused("slow" as never, /given 'slow' where its options belong/);
  refused({ timeuot: 5 }, /has no option "timeuot". Did you mean timeout\?/);
  refused({ retris: 5 }, /has no option "retris". Did you mean retries\?/);
  for (const timeout of [0, -1, Number.NaN, "5", 1e10]) refused({ timeout }, /timeout/);
  for (const retries of [-1, 0.5, "1", 1e9]) refused({ retries }, /retries/);
  for (const limits of [{ a: 0 }, { a: "1" }, [1], { "a b": 1 }]) refused({ limits }, /limits/);
});

options.run();
