import type { Append, GitBackend, Head, Identity, Move, Oid, Repository } from "../backend.ts";
import { parseCommit, whoIn } from "../commit.ts";
import { loadConfig } from "../files/config.ts";
import { listConfig } from "../files/config-values.ts";
import { looseHead } from "../files/loose-head.ts";
import { plainIdentity } from "../files/plain-identity.ts";
import { machineIdentity, stamp } from "../identity.ts";
import { refusal } from "../ref-refusal.ts";
import { changedFiles, MAX_TREE_BYTES } from "../tree-walk.ts";
import { additions } from "./additions.ts";
import { gitFailed } from "./environment.ts";
import { fastImport } from "./fast-import.ts";
import { filesUnlike } from "./files-unlike.ts";
import { history } from "./history.ts";
import { maintain } from "./maintenance.ts";
import { Objects } from "./objects.ts";
import { patch } from "./patch.ts";
import { gitText, runGit } from "./process.ts";
import { bringPromised, missingOf } from "./promised.ts";
import { isSigned, signedAppend } from "./sign.ts";
import { signatures } from "./signatures.ts";
import { synced } from "./synced.ts";
import { fetchRefs, pushCommit, remoteRefs } from "./transport.ts";
import { changedFiles as changedInWorkTree, tracked } from "./work-tree.ts";

/**
 * The backend that leaves to the `git` on the PATH (2.30 or newer) whatever is more than to read some
 * objects.
 * @param few how many objects are read from git's own files before a git is started for more
 */
export function openNative(repository: Repository, few?: number): GitBackend {
  const objects = new Objects(repository, few);
  const identity = identityReader(repository);
  return {
    repository,
    config: async () => listConfig(await gitText(repository, ["config", "--list", "-z"])),
    identity,
    head: () => head(repository),
    filesUnlike: (commit, files) => filesUnlike(repository, commit, files),
    tracked: (paths) => tracked(repository, paths),
    changedFiles: () => changedInWorkTree(repository),
    patch: (others) => patch(repository, others),
    resolve: (ref) => revision(repository, `${ref}^{commit}`),
    refs: (prefix) => refs(repository, prefix),
    checkedOut: (ref) => checkedOut(repository, ref),
    commit: async (oid) => parseCommit((await objects.get(oid)).bytes),
    isAncestor: (ancestor, descendant) => isAncestor(repository, ancestor, descendant),
    history: (asked) => history(repository, asked),
    changes: (from, to) =>
      changedFiles(
        (tree) => objects.get(tree, MAX_TREE_BYTES),
        repository.objectFormat,
        from && objects.treeOf(from),
        objects.treeOf(to),
      ),
    signatures: (commits) => signatures(repository, commits),
    additions: (request) => additions(repository, objects, request),
    read: (oids) => objects.stream(oids),
    bring: (oids, onBrought) => bringPromised(repository, oids, onBrought),
    missing: (commit) => missingOf(repository, commit),
    sizes: (oids) => objects.sizes(oids),
    readPath: (commit, path) => objects.file(commit, path),
    async append(request) {
      const who = request.identity ?? (await identity());
      const config = loadConfig(repository);
      const sync = synced(config);
      if (!isSigned(config, request)) return fastImport(repository, request, who, sync);
      return signedAppend(repository, request, who, sync, (next) =>
        move(repository, { ...request, next, message: subject(request) }, sync),
      );
    },
    move: (request) => move(repository, request),
    remove: (ref, expected) => updateRef(repository, ref, ["-d", ref, expected]),
    remoteRefs: (request) => remoteRefs(repository, request),
    fetch: (request) => fetchRefs(repository, request),
    push: (request) => pushCommit(repository, request),
    maintain: () => maintain(repository),
    close: () => objects.close(),
  };
}

/**
 * Who we are, asked of git once; later answers only have a new time. git refuses to guess in a
 * container without a name, and a run must be recorded there as well.
 */
function identityReader(repository: Repository): () => Promise<Identity> {
  const ask = async (role: "AUTHOR" | "COMMITTER") => {
    const { status, stdout } = await runGit(repository, ["var", `GIT_${role}_IDENT`]);
    const line = status === 0 ? stdout.toString("utf8").trim() : machineIdentity(repository.env);
    const fixed = repository.env[`GIT_${role}_DATE`] !== undefined;
    const who = whoIn(line);
    return () => (fixed ? line : `${who} ${stamp(new Date())}`);
  };
  let asked: Promise<(() => string)[]> | undefined;
  return async () => {
    const plain = plainIdentity(repository);
    if (plain) return plain;
    asked ??= Promise.all([ask("AUTHOR"), ask("COMMITTER")]);
    const [author, committer] = await asked;
    return { author: author!(), committer: committer!() };
  };
}

async function revision(repository: Repository, name: string): Promise<Oid | null> {
  const { status, stdout } = await runGit(repository, ["rev-parse", "--verify", "--quiet", name]);
  return status === 0 ? stdout.toString("latin1").trim() : null;
}

async function refs(repository: Repository, prefix: string): Promise<ReadonlyMap<string, Oid>> {
  // A pattern that does not end in a slash would have to be a whole name.
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const format = "--format=%(refname)%00%(objectname)%00%(*objectname)";
  const lines = (await gitText(repository, ["for-each-ref", format, folder])).split("\n");
  const found = lines.filter(Boolean).map((line) => line.split("\0") as [string, Oid, Oid]);
  return new Map(
    found.flatMap(([name, oid, tagged]) =>
      name.startsWith(prefix) ? [[name, tagged || oid] as const] : [],
    ),
  );
}

async function checkedOut(repository: Repository, ref: string): Promise<string | null> {
  const listed = await gitText(repository, ["worktree", "list", "--porcelain"]);
  const found = listed.split("\n\n").find((one) => one.split("\n").includes(`branch ${ref}`));
  return found === undefined ? null : (/^worktree (.*)$/m.exec(found)?.[1] ?? "");
}

async function isAncestor(
  repository: Repository,
  ancestor: Oid,
  descendant: Oid,
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", ancestor, descendant];
  const { status, stderr } = await runGit(repository, args);
  if (status > 1) throw gitFailed(args, status, stderr);
  return status === 0;
}

function move(
  repository: Repository,
  { ref, expected, next, message }: Move,
  sync?: readonly string[],
): Promise<void> {
  const before = expected ?? "0".repeat(next.length);
  return updateRef(repository, ref, ["-m", message, ref, next, before], sync);
}

const subject = ({ message }: Append) => `redun-git: ${message.split("\n", 1)[0]}`;

/** @throws RedunError REF_MOVED, REF_BUSY, BAD_REF, REPOSITORY_UNWRITABLE, GIT_FAILED */
async function updateRef(
  repository: Repository,
  ref: string,
  words: string[],
  sync = synced(loadConfig(repository)),
): Promise<void> {
  const args = [...sync, "update-ref", ...words];
  const { status, stderr } = await runGit(repository, args);
  if (status !== 0) throw refusal(ref, repository, stderr) ?? gitFailed(args, status, stderr);
}

async function head(repository: Repository): Promise<Head> {
  const known = looseHead(repository);
  const tree = known ? known.tree : revision(repository, "HEAD^{tree}");
  if (!repository.workTree) {
    const branch = await runGit(repository, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
    return {
      commit: await revision(repository, "HEAD^{commit}"),
      tree: await tree,
      branch: branch.stdout.toString("utf8").trim() || null,
      dirty: false,
    };
  }
  const args = ["status", "--porcelain=v2", "--branch", "--untracked-files=no", "-z"];
  const status = await gitText(repository, args, "work");
  const lines = status.split("\0").filter(Boolean);
  const header = (name: string) =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header("branch.oid");
  const isKnown = known === null || (known.commit ?? "(initial)") === commit;
  const branch = header("branch.head");
  return {
    commit: commit && commit !== "(initial)" ? commit : null,
    tree: isKnown ? await tree : await revision(repository, `${commit}^{tree}`),
    branch: branch && branch !== "(detached)" ? branch : null,
    dirty: lines.some((line) => !line.startsWith("#")),
  };
}
