import type { ArrivalRequest, CommitFiles, Repository } from "../backend.ts";
import { shallowCommits } from "../files/shallow.ts";
import { gitFields } from "./process.ts";

/** `git log` as a program reads it: whatever the user has set for people is taken back. */
const LOG = [
  "--literal-pathspecs",
  ...["-c", "log.follow=false", "-c", "log.showSignature=false", "-c", "diff.relative=false"],
  "log",
  // A file that came in on two branches is shown on both: the caller knows which is earlier.
  "--full-history",
  // Of a merge, only what none of its parents has.
  ...["-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-color", "--no-notes"],
  ...["--no-decorate", "--format=tformat:%H %ct"],
];

/** The commits that brought files under given paths. See `GitBackend.arrivals`. */
export async function* arrivals(
  repository: Repository,
  { from, to, paths, since }: ArrivalRequest,
): AsyncGenerator<CommitFiles> {
  const range = from === null ? [to] : [to, `^${from}`];
  const ages = since === undefined ? [] : [`--max-age=${Math.floor(since)}`];
  const fields = gitFields(repository, [...LOG, ...ages, ...range, "--", ...paths]);
  const edge = shallowCommits(repository);
  let current: CommitFiles | undefined;
  let files: { path: string; oid: string }[] = [];
  for await (const field of fields) {
    const text = field.replace(/^\n/, "");
    if (text.startsWith(":")) {
      const [oid = "", status = ""] = text.split(" ").slice(-2);
      const { value: path } = await fields.next();
      if (/^A+$/.test(status)) files.push({ path: path as string, oid });
    } else if (text !== "") {
      if (current && files.length > 0) yield { ...current, files };
      const [commit = "", time] = text.split(" ");
      files = [];
      const isAtEdge = edge.has(commit) && { isAtEdge: true };
      current = { commit, time: Number(time), ...isAtEdge, files };
    }
  }
  if (current && files.length > 0) yield { ...current, files };
}
