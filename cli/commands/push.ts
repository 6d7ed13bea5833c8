import { countBetween, isNothing } from "../../src/log/arrivals.ts";
import { Log } from "../../src/log/log.ts";
import { pushAlone } from "../../src/share/auto-push.ts";
import { logsHere } from "../../src/share/logs.ts";
import { giveBack, type PushedLog, pushLog } from "../../src/share/push.ts";
import { forgetPushFailure, pushFailures } from "../../src/share/push-failure.ts";
import { type RemoteLog, remoteLog } from "../../src/share/remotes.ts";
import { isSetUp } from "../../src/share/setup.ts";
import type { CommandFunction, Options } from "../command.ts";
import { conflictsAfter, conflictsText } from "../conflicts.ts";
import { arrivalsText } from "../text/arrivals.ts";
import { reportError } from "../text/error.ts";
import { reportPushFailures } from "../text/push-failure.ts";
import { visible, write } from "../text/terminal.ts";
import { watchedLog } from "../watched-log.ts";
import { preview, type Sharing, withRemote } from "../with-remote.ts";

export const command: CommandFunction = ([named], options) =>
  options.background ? pushInBackground(named, options) : pushLogs(named, options);

function pushLogs(named: string | undefined, options: Options): Promise<void> {
  return withRemote(options, named, "push", async (sharing) => {
    const { log, config, remote } = sharing;
    if (options.hook && !isSetUp(config, remote)) return;
    const refs = options.allLogs ? await logsHere(log.backend) : [log.ref];
    if (refs.length === 0) await write("There is no log here to push.\n");
    // That a push which is made again now has failed before is no news.
    const failures = pushFailures(log.backend.repository, config);
    reportPushFailures(failures.filter((one) => one.remote !== remote || !refs.includes(one.ref)));
    for (const ref of refs) {
      const [one, there] = [new Log(log.backend, ref), remoteLog(remote, ref)];
      if (options.dryRun) await write(await previewText({ ...sharing, log: one }, there));
      else await write(await push({ ...sharing, log: one }, there, Boolean(options.giveBack)));
    }
  });
}

/** There is nobody to ask or to tell: a failure is noted for the next command that can. */
async function pushInBackground(named: string | undefined, options: Options): Promise<void> {
  try {
    await withRemote(options, named, "push", ({ log, remote }) =>
      pushAlone(log, remoteLog(remote, log.ref)),
    );
  } catch (error) {
    // A request over http that was given up would keep the process alive.
    process.exit(reportError(error));
  }
}

async function push({ log, talk }: Sharing, there: RemoteLog, isGift: boolean): Promise<string> {
  const pushed = await (isGift ? giveBack : pushLog)(log, there, talk);
  forgetPushFailure(log.backend.repository, there);
  const conflicts = conflictsText(await conflictsAfter(there.ref, pushed.received), there.ref);
  return `${pushText(pushed, there)}${visible(conflicts)}`;
}

function pushText({ sent, received, after, rounds, said }: PushedLog, there: RemoteLog): string {
  const { name, ref } = there;
  for (const line of said) process.stderr.write(`${visible(name)}: ${visible(line)}\n`);
  const came = isNothing(received) ? "" : `Merged ${arrivalsText(received)} that ${name} had.\n`;
  const tries = rounds > 2 ? `, after ${rounds} tries` : "";
  if (after === null) return `Nothing is recorded in ${ref} yet, here or at ${name}.\n`;
  if (isNothing(sent)) return visible(`${came}${name} has everything of ${ref}.\n`);
  return visible(`${came}Pushed ${arrivalsText(sent)} to ${name} (${ref})${tries}.\n`);
}

async function previewText({ talk, ...sharing }: Sharing, there: RemoteLog): Promise<string> {
  const log = watchedLog(sharing.log);
  const tip = await log.tip();
  const theirs = await preview(log, there, talk);
  const [received, sent] = await Promise.all([
    countBetween(log.backend, tip, theirs),
    countBetween(log.backend, theirs, tip),
  ]);
  const merge = isNothing(received) ? "" : `Would merge ${arrivalsText(received)}.\n`;
  return visible(
    `${merge}Would push ${arrivalsText(sent) || "nothing"} to ${there.name} (${there.ref}).\n`,
  );
}
