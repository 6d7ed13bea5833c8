import { join } from "node:path";
import { RedunError } from "../../errors.ts";
import type { GitConfig, Oid, Repository, StoredFile, WorkTreeFile } from "../backend.ts";
import { readConfig } from "../files/config-reader.ts";
import { objectId } from "../files/loose-object.ts";
import { byNestedRepository, within } from "../files/nested.ts";
import { readRepository } from "../files/repository-reader.ts";
import { isBlob } from "../tree-format.ts";
import { entryAt } from "../tree-path.ts";
import { readCommit } from "./commits.ts";
import { ObjectStore } from "./objects.ts";

/** Of git's filters only line ends are known; a file with another one counts as changed. */
export async function filesUnlike(
  repository: Repository,
  store: ObjectStore,
  commit: Oid,
  files: readonly WorkTreeFile[],
): Promise<StoredFile[]> {
  const { tree } = await readCommit(store, commit);
  const config = readConfig(repository);
  const unlike: StoredFile[] = [];
  for (const [folder, group] of byNestedRepository(repository.workTree!, files)) {
    if (folder !== "") {
      const entry = await entryAt((oid) => store.read(oid), tree, folder);
      const isSubmodule = entry?.mode === SUBMODULE_MODE;
      unlike.push(...(await nested(repository, folder, isSubmodule ? entry.oid : null, group)));
      continue;
    }
    for (const { path, bytes } of group) {
      const entry = await entryAt((oid) => store.read(oid), tree, path);
      const ids = idsOf(config, bytes);
      if (!entry || !isBlob(entry) || !ids.includes(entry.oid)) {
        unlike.push({ path, oid: ids.at(-1)! });
      }
    }
  }
  return unlike;
}

const SUBMODULE_MODE = 0o160000;

/** The id of the bytes, and that of what git would store of them. */
function idsOf(config: GitConfig, bytes: Uint8Array): Oid[] {
  const own = objectId("blob", bytes);
  if (!/^(?:true|input)$/i.test(config.get("core.autocrlf") ?? "")) return [own];
  const text = Buffer.from(bytes).toString("latin1").replaceAll("\r\n", "\n");
  return [own, objectId("blob", Buffer.from(text, "latin1"))];
}

async function nested(
  repository: Repository,
  folder: string,
  commit: Oid | null,
  files: readonly WorkTreeFile[],
): Promise<StoredFile[]> {
  const inner = files.map((file) => within(folder, file));
  const path = join(repository.workTree!, folder);
  const unlike =
    (commit === null ? null : await innerUnlike(path, commit, inner)) ??
    inner.map(({ path, bytes }) => ({ path, oid: objectId("blob", bytes) }));
  return unlike.map(({ path, oid }) => ({ path: `${folder}/${path}`, oid }));
}

/** Null where the submodule, or its commit, cannot be read. */
async function innerUnlike(folder: string, commit: Oid, files: readonly WorkTreeFile[]) {
  try {
    const found = readRepository(folder, {});
    if (found.workTree !== folder) return null;
    return await filesUnlike(found, new ObjectStore(found.commonDir), commit, files);
  } catch (error) {
    if (error instanceof RedunError) return null;
    throw error;
  }
}
