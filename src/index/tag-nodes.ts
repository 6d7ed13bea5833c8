import type { TagNode } from "../tag/graph.ts";
import type { Statements } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import { loadId, splitHashes, unpackNumbers } from "./ids.ts";

/** The tag graph of a row whose tags were ever edited; empty for all others. */
export function loadGraphNodes(
  statements: Statements,
  dictionary: Dictionary,
  row: { readonly type: number; readonly seq: number },
): TagNode[] {
  const rows = statements
    .get("SELECT hash, pair, parents, edits FROM tag_node WHERE type = ? AND entity = ?")
    .all(row.type, row.seq) as {
    hash: Uint8Array;
    pair: number | null;
    parents: Uint8Array;
    edits: Uint8Array | null;
  }[];
  return rows.map(({ hash, pair, parents, edits }) => ({
    hash: loadId(hash),
    tag: pair === null ? null : dictionary.tag(pair),
    parents: splitHashes(parents),
    edits: unpackNumbers(edits),
  }));
}
