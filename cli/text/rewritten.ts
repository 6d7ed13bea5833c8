import type { Rewritten } from "../../src/share/fetch.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import { arrivalsText } from "./arrivals.ts";
import { visible } from "./terminal.ts";

/** What to tell people when a remote's log was moved by force. */
export function rewrittenText({ lost, kept }: Rewritten, there: RemoteLog): string {
  const { name, ref, tracking } = there;
  const lines = [
    `warning: the log of ${name} was rewritten by force: it has lost ${arrivalsText(lost) || "a part of its history"}.`,
    kept === null
      ? `  They are kept here, in ${ref}. To give them back: \`redun-git push ${name}\`.`
      : `  They are kept here, in ${kept}. To take them into your log: \`redun-git merge ${kept}\`.`,
    `  To take what ${name} has now and drop the rest: \`git update-ref ${ref} ${tracking}\`.`,
  ];
  return visible(`${lines.join("\n")}\n`);
}
