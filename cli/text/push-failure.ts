import type { Repository } from "../../src/git/backend.ts";
import { lastPushFailure } from "../../src/share/auto-push.ts";
import { localTime } from "./lines.ts";
import { visible } from "./terminal.ts";

/** Tells on stderr that the last push in the background failed, if it did. */
export function reportPushFailure(repository: Repository): void {
  const failure = lastPushFailure(repository);
  if (!failure) return;
  const time = localTime(Date.parse(failure.time));
  const what = `The push after a run failed at ${time}. ${failure.message}`;
  process.stderr.write(`warning: ${visible(what)}\n`);
}
