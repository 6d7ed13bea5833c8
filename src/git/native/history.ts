import { RedunError } from "../../errors.ts";
import type { History, ListedCommit, Repository } from "../backend.ts";
import { committedAt } from "../commit.ts";
import { unknownRevision } from "../revision.ts";
import { gitFields } from "./process.ts";

/** The commits that git itself takes a revision or a range for. */
export async function* history(
  repository: Repository,
  { revision, alone = false, limit }: History,
): AsyncGenerator<ListedCommit> {
  // `rev-list`, because the user's settings (log.showSignature, log.follow) shape `git log`.
  const fields = gitFields(repository, [
    "rev-list",
    "--encoding=UTF-8",
    "--format=%H%n%T%n%P%n%an <%ae>%n%an <%ae> %ad%n%cn <%ce> %cd%n%s%x00",
    "--date=raw",
    ...(limit === undefined ? [] : [`--max-count=${limit}`]),
    // Behind a limit, which would have git walk. Of a range git lists all commits nevertheless.
    ...(alone ? ["--no-walk"] : []),
    "--end-of-options",
    revision,
    "--",
  ]);
  try {
    for await (const field of fields) yield listed(field);
  } catch (error) {
    if (isRefusal(error)) throw unknownRevision(revision, error);
    throw error;
  }
}

/** git puts a line `commit <id>` before each. */
function listed(field: string): ListedCommit {
  const lines = field.split("\n").slice(-7);
  const [oid = "", tree = "", parents = "", author = "", by = "", committer = "", subject = ""] =
    lines;
  return {
    oid,
    tree,
    parents: parents === "" ? [] : parents.split(" "),
    author,
    authored: new Date(committedAt({ committer: by }) * 1000),
    committed: new Date(committedAt({ committer }) * 1000),
    subject,
  };
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof RedunError &&
    error.code === "GIT_FAILED" &&
    /fatal: (?:bad |ambiguous argument|invalid |log for )|usage: /i.test(error.message)
  );
}
