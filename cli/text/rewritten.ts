import type { Fetched } from "../../src/share/fetch.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import { arrivalsText } from "./arrivals.ts";
import { visible } from "./terminal.ts";

/** Tells on stderr that a remote's log was moved by force or deleted, if it was, and the way out. */
export function reportRewritten({ rewritten, after }: Fetched, there: RemoteLog): void {
  if (!rewritten) return;
  const { name, ref, tracking } = there;
  const { lost, kept } = rewritten;
  const what = arrivalsText(lost) || "a part of its history";
  const lines = [
    after === null
      ? `warning: the log of ${name} was deleted, with ${what}.`
      : `warning: the log of ${name} was rewritten by force: it has lost ${what}.`,
    kept === null
      ? `  They are kept here, in ${ref}. To give them back: \`redun-git push ${name}\`.`
      : `  They are kept here, in ${kept}. To take them into your log: \`redun-git merge ${kept}\`.`,
    ...(after === null
      ? []
      : [
          `  To take what ${name} has now and drop the rest: \`git update-ref ${ref} ${tracking}\`.`,
        ]),
  ];
  process.stderr.write(visible(`${lines.join("\n")}\n`));
}
