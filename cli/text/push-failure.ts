import type { PushFailure } from "../../src/share/push-failure.ts";
import { localTime } from "./lines.ts";
import { visible } from "./terminal.ts";

/** Tells on stderr that pushes in the background failed. */
export function reportPushFailures(failures: readonly PushFailure[]): void {
  for (const { remote, ref, time, message } of failures) {
    const when = localTime(Date.parse(time));
    const what = message.replaceAll("\n", "\n  ");
    const text = `warning: The push of ${ref} to ${remote} after a run failed at ${when}:\n  ${what}\n`;
    process.stderr.write(visible(text));
  }
}
