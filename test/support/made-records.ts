/** Record files without a run: for tests that only need something to commit. */
import type { RecordFile } from "../../src/log/log.ts";
import { tagEditFile } from "../../src/log/tag-edits.ts";
import { executionYaml, outcomeYaml } from "../../src/record/encode.ts";
import { executionFolder } from "../../src/record/layout.ts";
import type { TagEdit } from "../../src/tag/tag.ts";
import { blobId } from "../../src/value/oid.ts";

type Format = "sha1" | "sha256";

export interface MadeRun {
  readonly id: string;
  readonly files: readonly RecordFile[];
}

/** The records of a run without jobs. Every number is another run, the same in every clone. */
export function madeRun(number: number, format: Format = "sha1"): MadeRun {
  const started = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
  const text = executionYaml({
    task: "made.main",
    argv: ["run", String(number)],
    started,
    user: "ann",
    host: "laptop",
    code: {},
    tags: [["number", number]],
    nonce: number.toString(16).padStart(16, "0"),
  });
  const id = blobId(text, format);
  const folder = executionFolder(id, started);
  const outcome = outcomeYaml({ execution: id, status: "DONE", ended: started });
  const files = [
    { path: `${folder}/execution.yaml`, text },
    { path: `${folder}/outcome-${blobId(outcome, format)}.yaml`, text: outcome },
  ];
  return { id, files };
}

/** The file of one tag put on an execution after its run. */
export function madeTagEdit(
  entity: string,
  tag: TagEdit["tag"],
  parents: TagEdit["parents"] = [],
  format: Format = "sha1",
): RecordFile {
  return tagEditFile({ entity, type: "Execution", edits: [{ tag, parents }] }, format);
}
