import { contentOf, journaledRuns } from "../log/journals.ts";
import type { Log } from "../log/log.ts";
import type { Problems } from "./problem.ts";

/** The journals of a log's runs: of those that go on, and of those that wait to be recorded. */
export interface CheckedJournals {
  readonly alive: number;
  readonly waiting: number;
}

/** Reads every line of the journals of runs of a log, and of those that do not say of which they are. */
export function checkJournals({ backend, ref }: Log, problems: Problems): CheckedJournals {
  const runs = journaledRuns(backend.repository.commonDir).filter(
    ({ head }) => head === null || head.ref === ref,
  );
  for (const { files, head, newer, fate } of runs) {
    const { path } = files[0]!;
    if (newer !== null) {
      problems.add("journals", path, `A newer redun-git wrote it (version ${newer}).`);
    } else if (head === null) {
      problems.add(
        "journals",
        path,
        "Its beginning is damaged: it does not say of which run it is.",
      );
    } else if (fate.state === "dead") {
      for (const file of files) {
        const lost = lostLines(file);
        if (lost > 0) problems.add("journals", file.path, `${lost} of its lines are damaged.`);
      }
    }
  }
  const alive = runs.filter(({ fate }) => fate.state === "alive").length;
  return { alive, waiting: runs.length - alive };
}

/** The last line of a run that was killed may be cut off: nothing of it was acknowledged. */
function lostLines(file: Parameters<typeof contentOf>[0]): number {
  let lost = 0;
  let isLast = false;
  for (const line of contentOf(file)) {
    isLast = "lost" in line && line.lost === 1;
    if ("lost" in line) lost += line.lost;
  }
  return isLast ? lost - 1 : lost;
}
