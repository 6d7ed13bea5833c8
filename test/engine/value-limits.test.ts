import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RedunError, Scheduler, task } from "../../src/api.ts";
import { StoredValue } from "../../src/value/value.ts";
import { jobOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const give = task({ name: "give" }, (length: number) => "x".repeat(length));
const take = task({ name: "take" }, (text: string) => text.length);
const quiet = task({ name: "quiet", record: "hash" }, (length: number) => "x".repeat(length));
const made = task({ name: "made" }, () => take("x".repeat(3000)));
const main = task({ name: "main" }, (length: number) => [take("small"), give(length)]);

async function run(expression: unknown, config: Readonly<Record<string, string>> = {}) {
  const repository = temporaryRepository();
  for (const [key, value] of Object.entries(config))
    repository.git("config", `redun.${key}`, value);
  const result = new Scheduler({ cwd: repository.dir }).run(expression);
  const [error] = await result.then(
    () => [null],
    (error: RedunError) => [error],
  );
  return { error, log: recorded(repository.dir) };
}

const test = suite("how large values may be");

test("a large one has a file of its own", async () => {
  const isStored = async (length: number, config = {}) => {
    const { log } = await run(give(length), config);
    return jobOf(log, "give").result instanceof StoredValue;
  };
  assert.equal([await isStored(1900), await isStored(2100)], [false, true]);
  const config = { inlineLimit: "4k" };
  assert.equal([await isStored(4000, config), await isStored(4200, config)], [false, true]);
});

test("a larger one fails its job, which says where that is and what to do; the others are there", async () => {
  const { error, log } = await run(main(3000), { valueLimit: "2500" });
  assert.is(error?.code, "VALUE_TOO_LARGE");
  assert.match(
    error!.message,
    /^The result of job \w{8} give \(called by main\) has 3001 bytes of YAML, of at most 2500/,
  );
  assert.match(error!.hint!, /new File\(path\)/);
  assert.equal([jobOf(log, "give").status, jobOf(log, "take").status], ["FAILED", "DONE"]);
  assert.equal([...log.values], []);
});

test("so does one that is given", async () => {
  const { error, log } = await run(made(), { valueLimit: "2500" });
  assert.match(
    error!.message,
    /^The argument text of job \w{8} take \(called by made\) has 3001 bytes/,
  );
  const { status, args } = jobOf(log, "take");
  assert.is(status, "FAILED");
  assert.instance([...args.values()][0], StoredValue);
});

test("what is recorded by its hash alone may have any size", async () => {
  assert.is((await run(quiet(3000), { valueLimit: "2500" })).error, null);
});

test("a limit that is no number is refused", async () => {
  for (const value of ["many", "-1", "1t", "999g"]) {
    assert.is((await run(give(1), { valueLimit: value })).error?.code, "BAD_CONFIG", value);
  }
});

test.run();
