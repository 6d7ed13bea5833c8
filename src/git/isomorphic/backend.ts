import { notice } from "../../notice.ts";
import type { Append, GitBackend, Oid, Repository } from "../backend.ts";
import { readConfig } from "../files/config-reader.ts";
import { isTrue } from "../files/config-values.ts";
import { listRefs, readRef } from "../files/refs.ts";
import { workTreeWith } from "../files/work-trees.ts";
import { fileAt } from "../tree-path.ts";
import { changedFiles, MAX_TREE_BYTES } from "../tree-walk.ts";
import { addFiles } from "./add-files.ts";
import { additions } from "./additions.ts";
import { formatCommit, readCommit } from "./commits.ts";
import { filesUnlike } from "./files-unlike.ts";
import { readHead } from "./head.ts";
import { history, isAncestor } from "./history.ts";
import { identityOf } from "./identity.ts";
import { readIndex } from "./index-file.ts";
import { assertRef, moveRef } from "./move-ref.ts";
import { ObjectStore } from "./objects.ts";
import { readInOrder } from "./read-in-order.ts";
import { removeRef } from "./remove-ref.ts";
import { assertSupported } from "./supported.ts";
import { fetchRefs, pushCommit, remoteRefs } from "./transport.ts";
import { indexPathOf } from "./work-tree.ts";

/**
 * A backend that needs no git program. isomorphic-git itself is loaded at the first object.
 * @throws RedunError UNSUPPORTED_REPOSITORY
 */
export function openIsomorphic(repository: Repository): GitBackend {
  assertSupported(repository);
  // Objects and refs are shared by all linked work trees; only HEAD and the index are not.
  const store = new ObjectStore(repository.commonDir);

  async function treeOf(commit: Oid | null): Promise<Oid | null> {
    return commit && (await readCommit(store, commit)).tree;
  }

  return {
    repository,
    config: async () => readConfig(repository),
    identity: async () => identityOf(readConfig(repository), repository.env),
    head: async () => readHead(repository, store, readConfig(repository)),
    filesUnlike: (commit, files) => filesUnlike(repository, store, commit, files),
    async tracked(paths) {
      const { workTree } = repository;
      if (!workTree) return new Set();
      const entries = readIndex(indexPathOf(repository, workTree));
      const all = new Set(entries.map(({ path }) => Buffer.from(path, "latin1").toString()));
      return new Set(paths.filter((path) => all.has(path)));
    },
    // What is ignored is for git to say: see docs/limits.md.
    changedFiles: async () => null,
    patch: async () => null,
    resolve: async (ref) => readRef(repository, ref).oid,
    refs: async (prefix) => listRefs(repository, prefix),
    checkedOut: async (ref) => workTreeWith(repository, ref),
    commit: async (oid) => readCommit(store, oid),
    isAncestor: (ancestor, descendant) => isAncestor(repository, store, ancestor, descendant),
    history: (asked) => history(repository, store, asked),
    async *changes(from, to) {
      const read = (tree: Oid) => store.read(tree, MAX_TREE_BYTES);
      yield* changedFiles(read, repository.objectFormat, await treeOf(from), await treeOf(to));
    },
    signatures: async () => null,
    additions: (request) => additions(repository, store, request),
    read: (oids) => readInOrder(store, oids),
    sizes: async (oids) => Promise.all(oids.map((oid) => store.size(oid))),

    // Partial clones are refused: see supported.ts.
    bring: async () => true,
    missing: async () => new Set(),
    async readPath(commit, path) {
      const { tree } = await readCommit(store, commit);
      const oid = await fileAt((folder) => store.read(folder), tree, path);
      return oid === null ? null : (await store.read(oid)).bytes;
    },

    async append({ ref, expected, files, removed = [], message, ...request }: Append) {
      // Found out under the lock too, but there a refusal would leave unused objects behind.
      assertRef(repository, ref, expected);
      const config = readConfig(repository);
      const identity = request.identity ?? identityOf(config, repository.env);
      if (!request.identity && isTrue(config.get("commit.gpgSign"))) tellUnsigned();
      const parents = request.parents ?? (expected ? [expected] : []);
      const batch = store.batch();
      const tree = await addFiles(store, batch, await treeOf(parents[0] ?? null), files, removed);
      const next = batch.add("commit", formatCommit(tree, parents, identity, message));
      await batch.settle();
      const { committer } = identityOf(config, repository.env);
      await moveRef(repository, config, { ref, expected, next, committer, message });
      return next;
    },

    async move(request) {
      const config = readConfig(repository);
      const { committer } = identityOf(config, repository.env);
      await moveRef(repository, config, { ...request, committer });
    },

    remove: (ref, expected) => removeRef(repository, ref, expected),
    remoteRefs: (request) => remoteRefs(repository, request),
    async fetch(request) {
      const found = await fetchRefs(repository, request);
      store.forget();
      return found;
    },
    push: (request) => pushCommit(repository, request),

    // Packing needs git.
    maintain() {},

    async close() {
      store.forget();
    },
  };
}

let hasTold = false;

function tellUnsigned(): void {
  if (hasTold) return;
  hasTold = true;
  notice(
    "commit.gpgSign is set, and the log's commits are not signed: only git can sign, and it is not used here.",
  );
}
