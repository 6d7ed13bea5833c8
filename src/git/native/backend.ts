import { RedunError } from "../../errors.ts";
import type { Change, GitBackend, Head, Identity, Oid, Repository } from "../backend.ts";
import { parseCommit } from "../commit.ts";
import { listConfig } from "../files/config-values.ts";
import { machineIdentity, stamp } from "../identity.ts";
import { CatFile } from "./cat-file.ts";
import { fastImport } from "./fast-import.ts";
import { maintain } from "./maintenance.ts";
import { gitFields, gitText, runGit } from "./process.ts";
import { fetchRefs, pushCommit } from "./transport.ts";

/** The backend that leaves everything to the `git` on the PATH (2.30 or newer). */
export function openNative(repository: Repository): GitBackend {
  const objects = new CatFile(repository);
  const identity = identityReader(repository);
  return {
    repository,
    config: async () => listConfig(await gitText(repository, ["config", "--list", "-z"])),
    identity,
    head: () => head(repository),
    resolve: (ref) => revision(repository, `${ref}^{commit}`),
    commit: async (oid) => parseCommit((await objects.get(oid)).bytes),
    changes: (from, to) => changes(repository, from, to),
    read: (oids) => objects.stream(oids),
    readPath: (commit, path) => readPath(objects, commit, path),
    append: async (request) => fastImport(repository, request, await identity()),
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
    const line = status === 0 ? stdout.toString("utf8").trim() : machineIdentity();
    const fixed = process.env[`GIT_${role}_DATE`] !== undefined;
    const who = line.replace(/ \d+ [+-]\d{4}$/, "");
    return () => (fixed ? line : `${who} ${stamp(new Date())}`);
  };
  let asked: Promise<(() => string)[]> | undefined;
  return async () => {
    asked ??= Promise.all([ask("AUTHOR"), ask("COMMITTER")]);
    const [author, committer] = await asked;
    return { author: author!(), committer: committer!() };
  };
}

async function revision(repository: Repository, name: string): Promise<Oid | null> {
  const { status, stdout } = await runGit(repository, ["rev-parse", "--verify", "--quiet", name]);
  return status === 0 ? stdout.toString("latin1").trim() : null;
}

async function head(repository: Repository): Promise<Head> {
  const tree = revision(repository, "HEAD^{tree}");
  if (!repository.workTree) {
    const branch = await runGit(repository, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
    return {
      commit: await revision(repository, "HEAD^{commit}"),
      tree: await tree,
      branch: branch.stdout.toString("utf8").trim() || null,
      dirty: false,
    };
  }
  const status = await gitText(repository, [
    "status",
    "--porcelain=v2",
    "--branch",
    "--untracked-files=no",
    "-z",
  ]);
  const lines = status.split("\0").filter(Boolean);
  const header = (name: string) =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const commit = header("branch.oid");
  const branch = header("branch.head");
  return {
    commit: commit && commit !== "(initial)" ? commit : null,
    tree: await tree,
    branch: branch && branch !== "(detached)" ? branch : null,
    dirty: lines.some((line) => !line.startsWith("#")),
  };
}

async function readPath(objects: CatFile, commit: Oid, path: string): Promise<Uint8Array | null> {
  try {
    const { type, bytes } = await objects.get(`${commit}:${path}`);
    return type === "blob" ? bytes : null;
  } catch (error) {
    if (error instanceof RedunError && error.code === "OBJECT_MISSING") return null;
    throw error;
  }
}

const KINDS: Record<string, Change["kind"]> = { A: "added", D: "deleted" };

async function* changes(repository: Repository, from: Oid | null, to: Oid): AsyncGenerator<Change> {
  if (from === null) {
    for await (const entry of gitFields(repository, ["ls-tree", "-r", "-z", "--full-tree", to])) {
      const tab = entry.indexOf("\t");
      const oid = entry.slice(entry.lastIndexOf(" ", tab) + 1, tab);
      yield { path: entry.slice(tab + 1), kind: "added", oid };
    }
    return;
  }
  const fields = gitFields(repository, [
    "diff-tree",
    "-r",
    "-z",
    "--no-renames",
    "--raw",
    from,
    to,
  ]);
  for await (const meta of fields) {
    const path = await fields.next();
    if (path.done)
      throw new RedunError("GIT_FAILED", "`git diff-tree` ended in the middle of a line.");
    const [, , before, after, letter] = meta.split(" ") as [string, string, Oid, Oid, string];
    const kind = KINDS[letter[0] ?? ""] ?? "modified";
    yield { path: path.value, kind, oid: kind === "deleted" ? before : after };
  }
}
