import type { CheckName, Problem } from "../../src/verify/problem.ts";
import type { Verification } from "../../src/verify/verify.ts";
import { counted, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";

/** Problems that are printed; JSON has more. */
const SHOWN = 20;

/** What came of `verify`: a line for each check, then what is wrong, the oldest first. */
export function verificationPage(verification: Verification, paint: Paint): string {
  const { ref, tip, from, commits, files, problems } = verification;
  if (tip === null) return `${oneLine(ref)} is empty: nothing has been recorded yet.\n`;
  const since = from === null ? "" : `, since ${shortId(from)}`;
  const title = `${oneLine(ref)} at ${shortId(tip)}${since}: ${counted(commits, "commit")}, ${counted(files, "file")}`;
  const lines = checks(verification).map(([name, text]) => {
    const count = verification.counts[name] ?? 0;
    const state = count === 0 ? paint("green", "ok ") : paint("red", "BAD");
    const found = count === 0 ? text : counted(count, "problem");
    return `  ${state}  ${name.padEnd(10)}  ${found}`;
  });
  const found = problems.length === 0 ? [] : ["", ...problemLines(verification, paint)];
  return [title, ...lines, ...notes(verification), ...found, ""].join("\n");
}

/** The checks that were made, and what they say where nothing is wrong. */
function checks(verification: Verification): [CheckName, string][] {
  const { files, calls, executions, index, journals, signatures, tombstones } = verification;
  const but = tombstones > 0 ? `, but for what ${counted(tombstones, "tombstone")} took out` : "";
  const made: [CheckName, string][] = [
    ["history", `every commit only adds${but}`],
    [
      "contents",
      `${counted(files, "file")}${calls > 0 ? ` and ${counted(calls, "call")}` : ""} with the ids that follow from them`,
    ],
    [
      "records",
      `${counted(executions.length, "execution")}; all fit their schemas and their places`,
    ],
  ];
  if (index !== null) made.push(["index", INDEX[index]]);
  if (journals !== null) made.push(["journals", journalsText(journals)]);
  if (signatures !== null) made.push(["signatures", signaturesText(signatures)]);
  return made;
}

const INDEX = {
  equal: "holds what one made anew holds",
  different: "",
  none: "there is none yet; the next query makes it",
  behind: "not compared: the next query brings it up to date",
  unknown: "not compared: none can be made anew",
};

function journalsText({ alive, waiting }: NonNullable<Verification["journals"]>): string {
  if (alive + waiting === 0) return "none: every run is recorded";
  const parts = [
    alive > 0 ? `${counted(alive, "run")} still going on` : "",
    waiting > 0 ? `${counted(waiting, "run")} to be recorded by the next command` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function signaturesText({ good, needless }: NonNullable<Verification["signatures"]>): string {
  const merges =
    needless > 0 ? `; ${counted(needless, "commit")} brought nothing, and need none` : "";
  return `${counted(good, "commit")} with a good signature${merges}`;
}

/** What is no fault, and may surprise. */
function notes({ from, unresolved, edges }: Verification): string[] {
  const found: string[] = [];
  // A few commits of a log may refer to anything before them.
  const { records, tasks } = from === null ? unresolved : { records: 0, tasks: 0 };
  if (records > 0) {
    found.push(
      `${counted(records, "record")} of executions that are not here; they may arrive later`,
    );
  }
  if (tasks > 0) found.push(`${counted(tasks, "task")} of jobs without a record here`);
  if (edges > 0) {
    found.push(
      `this clone is shallow: what ${counted(edges, "commit")} did to earlier files is unknown`,
    );
  }
  return found.map((text) => `  note: ${text}`);
}

function problemLines({ problems, counts }: Verification, paint: Paint): string[] {
  const [first] = problems as [Problem];
  const lines = problems.slice(0, SHOWN).map(({ path, commit, reason }) => {
    const where = [commit && `commit ${commit}`, path && oneLine(path)].filter(Boolean).join(" ");
    return `${paint("red", where || "log")}\n    ${oneLine(reason)}`;
  });
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (all > SHOWN) lines.push(`${counted(all - SHOWN, "more problem")}: see --format json.`);
  if (first.commit) {
    lines.push(
      `The first bad commit is ${first.commit}: \`git show --stat ${shortId(first.commit)}\`.`,
    );
  }
  return lines;
}
