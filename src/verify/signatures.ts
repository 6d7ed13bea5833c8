import { RedunError } from "../errors.ts";
import type { GitBackend, Oid } from "../git/backend.ts";
import type { CheckedHistory } from "./history.ts";
import type { Problems } from "./problem.ts";

/**
 * Checks that each commit which brought files is signed, as git judges signatures. A merge that brings no
 * file of its own is nobody's statement: every clone makes the same one, and it is never signed.
 * @throws RedunError UNSUPPORTED_REPOSITORY without git
 */
export async function checkSignatures(
  backend: GitBackend,
  { commits, bringing }: CheckedHistory,
  problems: Problems,
): Promise<{ readonly good: number; readonly needless: number }> {
  const signatures = await backend.signatures(bringing);
  if (signatures === null) {
    throw new RedunError(
      "UNSUPPORTED_REPOSITORY",
      "Signatures cannot be checked without git.",
      "Install git 2.30 or newer and make sure that it is on the PATH.",
    );
  }
  let good = 0;
  for (const commit of bringing) {
    const { state, by, why } = signatures.get(commit) ?? UNKNOWN;
    if (state === "good") good++;
    else if (state === "none")
      problems.add("signatures", null, await whyNone(backend, commit), commit);
    else problems.add("signatures", null, `Its signature${by ? ` by ${by}` : ""}: ${why}.`, commit);
  }
  return { good, needless: commits.size - bringing.length };
}

const UNKNOWN = { state: "bad", by: null, why: "git says nothing of it" } as const;

/** git says the same of a commit without a signature and of one that it is not set up to check. */
async function whyNone(backend: GitBackend, commit: Oid): Promise<string> {
  for await (const { bytes } of backend.read([commit])) {
    const [header = ""] = Buffer.from(bytes).toString("latin1").split("\n\n", 1);
    if (!/^gpgsig(?:-sha256)? /m.test(header)) break;
    return "It is signed, and git here is not set up to check that: `git verify-commit` says why.";
  }
  return "It is not signed.";
}
