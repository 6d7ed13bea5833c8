import type { Fetched } from "../../src/share/fetch.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import { waysOut } from "../../src/share/rewritten.ts";
import { arrivalsText } from "./record-counts.ts";
import { visible } from "./terminal.ts";

/** Says what a remote's log has lost, if it has, where that is, and the ways out. */
export function rewrittenText({ rewritten, after }: Fetched, remoteLog: RemoteLog): string {
  if (!rewritten) return "";
  const { name, ref } = remoteLog;
  const { lost, kept } = rewritten;
  const what = arrivalsText(lost) || "a part of its history";
  const lines = [
    after === null
      ? `warning: the log of ${name} was deleted, with ${what}.`
      : `warning: the log of ${name} was rewritten by force: it has lost ${what}.`,
    ...(kept.length === 0
      ? [`  They are kept here, in ${ref}; the next push begins it anew.`]
      : [
          `  They are kept here, in ${kept.join(" and ")}.`,
          ...waysOut(remoteLog).map((l) => `  ${l}`),
        ]),
  ];
  return visible(`${lines.join("\n")}\n`);
}
