/** Runs in a thread of its own: digests the files that `DigestWorker` names, batch by batch. */
import { parentPort, workerData } from "node:worker_threads";
import { RedunError } from "../errors.ts";
import { deferredBackend } from "../git/open.ts";
import { Log } from "../log/log.ts";
import { FileDigester, type FoundFile } from "./digest-files.ts";
import type { WorkerAnswer, WorkerLog } from "./digest-worker.ts";
import { Namer } from "./names.ts";

const { repository, ref, secret } = workerData as WorkerLog;
const digester = new FileDigester(new Log(deferredBackend(repository), ref), new Namer(secret));

// Answers go out in the order of the questions, as the digester works.
parentPort!.on("message", async (files: FoundFile[]) =>
  parentPort!.postMessage(await answerTo(files)),
);

async function answerTo(files: readonly FoundFile[]): Promise<WorkerAnswer> {
  try {
    return { digests: await digester.digest(files) };
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof RedunError)) return { error: { message, hint: undefined } };
    return { error: { code: error.code, message, hint: error.hint } };
  }
}
