/** What dvc.lock says of the stages of a pipeline. */
import { createHash } from "node:crypto";
import { RedunError } from "../../errors.ts";
import type { TaskRecord } from "../../record/records.ts";
import { isPlainObject } from "../../value/value.ts";
import { readAnyYaml } from "../../value/yaml-any.ts";

/** A file that a stage took or gave, as DVC knows it. */
export interface LockedFile {
  readonly path: string;
  /** In hex digits; of a directory it ends in `.dir`. Null where DVC has another kind of hash. */
  readonly md5: string | null;
  readonly size: number | null;
}

export interface LockedStage {
  readonly name: string;
  readonly task: TaskRecord;
  readonly deps: readonly LockedFile[];
  readonly outs: readonly LockedFile[];
  /** By the file that they stand in. */
  readonly params: readonly (readonly [string, unknown])[];
}

/** In an order in which what makes a file comes before what takes it. */
export type Lock = readonly LockedStage[];

/** Reads a file of an experiment's commit; null where there is none. */
export type ReadFile = (path: string) => Promise<Buffer | null>;

/** Null where the commit has no dvc.lock. @throws RedunError BAD_IMPORT */
export async function lockOf(read: ReadFile, experiment: string): Promise<Lock | null> {
  const bytes = await read("dvc.lock");
  if (bytes === null) return null;
  let lock: unknown;
  try {
    lock = await readAnyYaml(bytes.toString("utf8"));
  } catch (cause) {
    throw bad(experiment, (cause as Error).message, cause);
  }
  const { stages, schema } = mapOf(lock);
  if (schema !== "2.0") throw bad(experiment, `its schema is ${String(schema)}, and not 2.0`);
  const found = Object.entries(mapOf(stages)).map(([name, stage]) => stageOf(name, mapOf(stage)));
  return inOrder(found);
}

function bad(experiment: string, why: string, cause?: unknown): RedunError {
  const what = `The dvc.lock of the experiment ${experiment} cannot be read: ${why}.`;
  return new RedunError("BAD_IMPORT", `${what} Nothing was imported.`, undefined, { cause });
}

function stageOf(name: string, stage: Readonly<Record<string, unknown>>): LockedStage {
  const source = [stage.cmd].flat().map(String).join("\n");
  const hash = createHash("sha1").update(`${name}\n${source}`).digest("hex").slice(0, 12);
  return {
    name,
    task: { id: `dvc:${name.slice(0, 120)}:${hash}`, name, namespace: null, source },
    deps: filesOf(stage.deps),
    outs: filesOf(stage.outs),
    params: Object.entries(mapOf(stage.params)),
  };
}

function filesOf(list: unknown): readonly LockedFile[] {
  return (Array.isArray(list) ? list : []).map((one) => {
    const { path, md5, size } = mapOf(one);
    return {
      path: String(path),
      md5: typeof md5 === "string" ? md5 : null,
      size: typeof size === "number" ? size : null,
    };
  });
}

/** dvc.lock has them by name. Those of a circle, which DVC refuses, come as they are. */
function inOrder(stages: readonly LockedStage[]): Lock {
  const made = new Map(stages.flatMap((stage) => stage.outs.map(({ path }) => [path, stage])));
  const ordered = new Set<LockedStage>();
  const begun = new Set<LockedStage>();
  const place = (stage: LockedStage) => {
    if (begun.has(stage)) return;
    begun.add(stage);
    for (const { path } of stage.deps) {
      const maker = made.get(path);
      if (maker) place(maker);
    }
    ordered.add(stage);
  };
  for (const stage of stages) place(stage);
  return [...ordered];
}

export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  const isMap = typeof value === "object" && value !== null && isPlainObject(value);
  return isMap ? (value as Readonly<Record<string, unknown>>) : {};
}
