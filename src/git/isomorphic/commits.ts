import { RedunError } from "../../errors.ts";
import type { CommitInfo, Identity, Oid } from "../backend.ts";
import { parseCommit } from "../commit.ts";
import type { ObjectStore } from "./objects.ts";

/** @throws RedunError OBJECT_MISSING when there is no such commit */
export async function readCommit(store: ObjectStore, oid: Oid): Promise<CommitInfo> {
  const { type, bytes } = await store.read(oid);
  if (type !== "commit") {
    throw new RedunError("OBJECT_MISSING", `The object ${oid} is a ${type}, not a commit.`);
  }
  return parseCommit(bytes);
}

/** Writes the content of a commit object. */
export function formatCommit(
  tree: Oid,
  parents: readonly Oid[],
  identity: Identity,
  message: string,
): Buffer {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${identity.author}`,
    `committer ${identity.committer}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${message}`, "utf8");
}
