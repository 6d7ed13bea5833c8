import { RedunError } from "../../errors.ts";
import type { Append, GitConfig, Identity, Oid, Repository } from "../backend.ts";
import { parseBoolean } from "../files/config-values.ts";
import { importTree } from "./fast-import.ts";
import { runGit } from "./process.ts";

/**
 * Whether `commit.gpgSign` asks for the signature of the committer. A commit of a fixed identity is
 * nobody's statement, such as a merge that every clone makes alike: it is not signed.
 * @throws RedunError BAD_CONFIG for a value that git would refuse
 */
export function isSigned(config: GitConfig, { identity }: Append): boolean {
  if (identity !== undefined) return false;
  const value = config.get("commit.gpgSign") ?? "false";
  const isWanted = parseBoolean(value);
  if (isWanted !== undefined) return isWanted;
  throw new RedunError(
    "BAD_CONFIG",
    `git config commit.gpgSign is "${value}", which is not a boolean.`,
    "Set it to true or false: `git commit` would refuse it as well.",
  );
}

/** So long somebody may take who is asked for a passphrase; nobody may be there to be asked. */
const PATIENCE_IN_SECONDS = 60;

/**
 * A commit that git signs as it signs the user's own, with the program and the key of its settings
 * (`gpg.format`, `user.signingKey`), and the ref's move to it. fast-import cannot sign: it makes the
 * tree, `git commit-tree` the commit. `move` is a compare-and-swap.
 * @throws RedunError SIGNING_FAILED, and as `fastImport`
 */
export async function signedAppend(
  repository: Repository,
  request: Append,
  identity: Identity,
  sync: readonly string[],
  move: (next: Oid) => Promise<void>,
): Promise<Oid> {
  const tree = await importTree(repository, request, identity, sync);
  const parents = request.parents ?? (request.expected ? [request.expected] : []);
  const args = [
    ...sync,
    ...["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", "-F", "-"],
    ...parents.flatMap((parent) => ["-p", parent]),
    tree,
  ];
  const env = { ...who("AUTHOR", identity.author), ...who("COMMITTER", identity.committer) };
  const input = [request.message];
  const seconds = Number(repository.env.REDUN_GIT_SIGNING_TIMEOUT) || PATIENCE_IN_SECONDS;
  const { status, stdout, stderr } = await runGit(repository, args, input, env, seconds * 1000);
  if (status !== 0) throw cannotSign(stderr);
  const next = stdout.toString("latin1").trim();
  await move(next);
  return next;
}

/** An identity line as the variables that git takes it from. */
function who(role: "AUTHOR" | "COMMITTER", line: string): Record<string, string> {
  const [, name = "", email = "", date = ""] = /^(.*?) ?<(.*)> (.*)$/s.exec(line) ?? [];
  return {
    [`GIT_${role}_NAME`]: name,
    [`GIT_${role}_EMAIL`]: email,
    [`GIT_${role}_DATE`]: `@${date}`,
  };
}

function cannotSign(stderr: string): RedunError {
  const said = stderr.trim().replace(/\n?fatal: failed to write commit object$/, "");
  return new RedunError(
    "SIGNING_FAILED",
    `commit.gpgSign is set, and the log's commit could not be signed: ${said}`,
    "Make `git commit --allow-empty -S` work, or set commit.gpgSign to false for this command: `git -c commit.gpgSign=false redun ...`.",
  );
}
