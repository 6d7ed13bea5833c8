import { RedunError } from "../../src/errors.ts";
import { Log } from "../../src/log/log.ts";
import { countBetween, isNothing } from "../../src/log/record-counts.ts";
import { pushAlone } from "../../src/share/auto-push.ts";
import { type Delivery, deliver, destinations } from "../../src/share/destinations.ts";
import { logsHere } from "../../src/share/logs.ts";
import { giveBack, type PushedLog, pushLog } from "../../src/share/push.ts";
import { forgetPushFailure, pushFailures } from "../../src/share/push-failure.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import { isSetUp } from "../../src/share/setup.ts";
import { type CommandFunction, isJson, type OptionsOf } from "../command.ts";
import { conflictsAfter, conflictsText } from "../conflicts.ts";
import type { PUSH } from "../declarations/sharing.ts";
import { reportError } from "../text/error.ts";
import { pushFailuresText } from "../text/push-failure.ts";
import { arrivalsText } from "../text/record-counts.ts";
import { visible } from "../text/terminal.ts";
import { watchedLog } from "../watched-log.ts";
import { factsJson, preview, type Sharing, withRemote } from "../with-remote.ts";
import type { Workspace } from "../workspace.ts";

export const command: CommandFunction<typeof PUSH> = (workspace, [named], options) =>
  (options.background ? pushInBackground : pushLogs)(workspace, named, options);

type PushOptions = OptionsOf<typeof PUSH>;

function pushLogs(
  workspace: Workspace,
  named: string | undefined,
  options: PushOptions,
): Promise<void> {
  const json = isJson(options);
  return withRemote(workspace, options, named, "push", async (sharing) => {
    const { log, config, remote } = sharing;
    if (options.hook && !isSetUp(config, remote)) return;
    const refs = options.allLogs ? await logsHere(log.backend) : [log.ref];
    if (refs.length === 0 && !json) await workspace.write("There is no log here to push.\n");
    // That an earlier attempt of this push has failed is not worth a notice.
    const failures = pushFailures(log.backend.repository, config);
    const others = failures.filter((one) => one.remote !== remote || !refs.includes(one.ref));
    workspace.tell(pushFailuresText(others));
    for (const ref of refs) {
      const one = { ...sharing, log: new Log(log.backend, ref) };
      const places = destinations(config, remote, ref);
      if (options.dryRun) {
        for (const remoteLog of places) await workspace.write(await tryPush(one, remoteLog, json));
        continue;
      }
      const way = options.giveBack ? giveBack : pushLog;
      const done = await deliver(
        one.log,
        config,
        places,
        async (remoteLog) => {
          const pushed = await way(one.log, remoteLog, sharing.transfer);
          forgetPushFailure(log.backend.repository, remoteLog);
          await workspace.write(await pushText(workspace, pushed, remoteLog, json));
          return pushed;
        },
        sharing.transfer,
      );
      throwMissed(done);
    }
  });
}

/** It can neither prompt nor print: a failure is noted for the next command to report. */
async function pushInBackground(
  workspace: Workspace,
  named: string | undefined,
  options: PushOptions,
): Promise<void> {
  try {
    await withRemote(workspace, options, named, "push", async ({ log, config, remote }) => {
      const places = destinations(config, remote, log.ref);
      // A failure is noted where it happens, and keeps no other place from getting its own.
      const done = await Promise.allSettled(places.map((remoteLog) => pushAlone(log, remoteLog)));
      for (const one of done) if (one.status === "rejected") throw one.reason;
    });
  } catch (error) {
    // A request over http that was given up would keep the process alive.
    workspace.io.exit(reportError(error, workspace.io));
  }
}

/** Some of several places may have got nothing: the others are reported by now. */
function throwMissed(done: readonly Delivery[]): void {
  const missed = done.flatMap((one) => ("error" in one ? [one] : []));
  const [first, second] = missed;
  if (!first) return;
  if (!second) throw first.error;
  const { code, hint } = first.error;
  const lines = missed.map(({ error }) => error.message);
  throw new RedunError(code, lines.join("\n"), hint);
}

async function pushText(
  workspace: Workspace,
  pushed: PushedLog,
  remoteLog: RemoteLog,
  json: boolean,
): Promise<string> {
  const conflicts = await conflictsAfter(workspace, remoteLog.ref, pushed.received);
  if (json) return factsJson(remoteLog, { ...pushed, conflicts });
  for (const line of pushed.said) workspace.tell(`${visible(remoteLog.name)}: ${visible(line)}\n`);
  return `${sentences(pushed, remoteLog)}${visible(conflictsText(workspace, conflicts, remoteLog.ref))}`;
}

function sentences({ sent, received, after, rounds }: PushedLog, remoteLog: RemoteLog): string {
  const { name, ref } = remoteLog;
  const came = isNothing(received) ? "" : `Merged ${arrivalsText(received)} that ${name} had.\n`;
  const tries = rounds > 2 ? `, after ${rounds} tries` : "";
  if (after === null) return `Nothing is recorded in ${ref} yet, here or at ${name}.\n`;
  if (isNothing(sent)) return visible(`${came}${name} has everything of ${ref}.\n`);
  return visible(`${came}Pushed ${arrivalsText(sent)} to ${name} (${ref})${tries}.\n`);
}

async function tryPush(sharing: Sharing, remoteLog: RemoteLog, json: boolean): Promise<string> {
  const log = watchedLog(sharing.workspace.io.stderr, sharing.log);
  await log.assertLog();
  const tip = await log.tip();
  const theirs = await preview(sharing, log, remoteLog);
  const [received, sent] = await Promise.all([
    countBetween(log.backend, tip, theirs),
    countBetween(log.backend, theirs, tip),
  ]);
  if (json) return factsJson(remoteLog, { before: theirs, after: tip, sent, received });
  const merge = isNothing(received) ? "" : `Would merge ${arrivalsText(received)}.\n`;
  return visible(
    `${merge}Would push ${arrivalsText(sent) || "nothing"} to ${remoteLog.name} (${remoteLog.ref}).\n`,
  );
}
