import type { Oid, Repository, Signature } from "../backend.ts";
import { gitFields, runGit } from "./process.ts";

/** The signatures of commits, as git judges them. See `GitBackend.signatures`. */
export async function signatures(
  repository: Repository,
  commits: readonly Oid[],
): Promise<ReadonlyMap<Oid, Signature>> {
  const found = new Map<Oid, Signature>();
  if (commits.length === 0) return found;
  // The `rev-list` of git 2.39 has the same format, and reads no settings of `gpg.*`: of ssh it says N.
  const fields = gitFields(
    repository,
    ["-c", "log.showSignature=false", "log", "--no-walk=unsorted", "--stdin", `--format=${FORMAT}`],
    { input: commits.map((oid) => `${oid}\n`) },
  );
  for await (const field of fields) {
    const [oid = "", letter = "", signer, key] = field.trimStart().split("\n");
    if (oid === "") continue;
    const by = signer || key || null;
    // What `U` is worth depends on `gpg.minTrustLevel`, and of ssh on whom it allows.
    const isGood = letter === "G" || (letter === "U" && (await isVerified(repository, oid)));
    found.set(oid, {
      state: letter === "N" ? "none" : isGood ? "good" : "bad",
      by,
      why: WHY[letter] ?? letter,
    });
  }
  return found;
}

const FORMAT = "%H%n%G?%n%GS%n%GK%x00";

/** git's letters, in the words of its manual. */
const WHY: Readonly<Record<string, string>> = {
  G: "it is good",
  B: "it is bad: the commit is not what was signed",
  U: "its signer is not known, or not trusted",
  X: "it has expired",
  Y: "its key has expired",
  R: "its key was revoked",
  E: "it cannot be checked: the key is not here",
  N: "there is none",
};

async function isVerified(repository: Repository, commit: Oid): Promise<boolean> {
  const { status } = await runGit(repository, ["verify-commit", commit]);
  return status === 0;
}
