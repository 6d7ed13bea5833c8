import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import type { Oid, Repository } from "../backend.ts";
import { readRef } from "./refs.ts";

/** Commits are small; what is larger git may read. */
const MAX_BYTES = 65_536;

/** The commit that HEAD names, and its tree; null of a branch that has no commit yet. */
export interface KnownHead {
  readonly commit: Oid | null;
  readonly tree: Oid | null;
}

/**
 * What HEAD names, where that is in plain files: an object says by its hash
 * that it is the one. Null where it is not, and git has to be asked.
 */
export function looseHead(repository: Repository): KnownHead | null {
  const { commonDir, refFormat, objectFormat } = repository;
  if (refFormat !== "files" || objectFormat !== "sha1") return null;
  try {
    const commit = readRef(repository, "HEAD").oid;
    // A branch that has no commit yet.
    if (commit === null) return { commit, tree: null };
    const path = join(commonDir, "objects", commit.slice(0, 2), commit.slice(2));
    const bytes = inflateSync(readFileSync(path), { maxOutputLength: MAX_BYTES });
    if (createHash("sha1").update(bytes).digest("hex") !== commit) return null;
    const tree = /^commit \d+\0tree ([0-9a-f]{40})\n/.exec(bytes.toString("latin1"))?.[1];
    return tree === undefined ? null : { commit, tree };
  } catch {
    return null;
  }
}
