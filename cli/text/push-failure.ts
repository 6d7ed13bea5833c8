import type { PushFailure } from "../../src/share/push-failure.ts";
import { localTime } from "./lines.ts";
import { visible } from "./terminal.ts";

/** Says that pushes in the background failed. */
export function pushFailuresText(failures: readonly PushFailure[]): string {
  return failures.map(pushFailureText).join("");
}

function pushFailureText({ remote, ref, time, message }: PushFailure): string {
  const when = localTime(Date.parse(time));
  const what = message.replaceAll("\n", "\n  ");
  return visible(
    `warning: The push of ${ref} to ${remote} after a run failed at ${when}:\n  ${what}\n`,
  );
}
