/** A job with more arguments than a call in JavaScript can have (some 120,000): a record may. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { callId, jobId } from "../../src/record/encode.ts";
import type { Job } from "../../src/record/records.ts";
import { cli, jsonLines, ok } from "../support/cli.ts";
import { inFull } from "../support/effort.ts";
import { jobsFile, outcomeFile, startFile } from "../support/made-records.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const COUNT = 150_000;
const HASH = "1".repeat(40);

/** The files of an execution whose one job had so many arguments. */
function files(minute: number) {
  const started = `2026-11-22T09:${minute}:00.000Z`;
  const { id, file } = startFile({
    task: "wide",
    argv: ["run"],
    started,
    user: "ann",
    host: "laptop",
    code: {},
    tags: [],
    nonce: String(minute),
  });
  const values = Array.from({ length: COUNT }, (_, at) => at + minute);
  const job: Job = {
    id: jobId(id, 0, "sha1"),
    index: 0,
    parent: null,
    task: "wide",
    taskHash: HASH,
    call: callId({ taskHash: HASH, argsHash: HASH, valueHash: HASH, children: [] }, "sha1"),
    status: "DONE",
    started,
    ended: started,
    late: false,
    args: new Map(values.map((value, at) => [`a${at}`, value])),
    from: new Map(),
    result: minute,
    tags: [],
  };
  const jobs = jobsFile(started, { execution: id, jobs: [job], tagged: [] });
  return {
    job,
    files: [file, jobs, outcomeFile(started, { execution: id, status: "DONE", ended: started })],
  };
}

const wide = suite("150,000 arguments");

inFull(wide)("on every page", async () => {
  const { dir } = temporaryRepository();
  const log = await IndexedLog.open({ cwd: dir });
  const made = [files(10), files(11)];
  for (const one of made) await log.log.append(one.files, "a run");
  await log.close();
  const { job } = made[1]!;
  for (const id of ["-", job.id, job.call!]) assert.match(ok(dir, ["log", id]), /wide/);
  const [found] = jsonLines(ok(dir, ["log", job.id, "--format", "json"])) as [{ args: object }];
  assert.is(Object.keys(found.args).length, COUNT);
  const last = String(COUNT - 1 + 11);
  assert.match(ok(dir, ["log", "--job", "--where", `arg ~ "*${last}*"`]), /Job/);
  assert.match(ok(dir, ["diff", "-"]), /Result\n {2}-10\n {2}\+11\n/);
  assert.is(cli(dir, ["log", "--value", "--count"]).status, 0);
});

wide.run();
