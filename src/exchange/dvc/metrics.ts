/** The metrics of an experiment: what dvc.yaml calls so, as the experiment's commit has it. */
import { parseJson } from "../../tag/python-json.ts";
import type { TagValue } from "../../value/value.ts";
import { readAnyYaml } from "../../value/yaml-any.ts";
import type { DvcFiles } from "./files.ts";
import { mapOf } from "./lock.ts";

/** All of them, by the names that `dvc exp show` has: `val.loss`. */
export async function metricsOf(
  { read }: DvcFiles,
  experiment: string,
  leftOut: string[],
): Promise<readonly (readonly [string, TagValue])[]> {
  const found: (readonly [string, TagValue])[] = [];
  for (const path of await pathsOf(read)) {
    const text = (await read(path))?.toString("utf8");
    try {
      if (text === undefined) throw new Error("git does not have it");
      const content = path.endsWith(".json") ? parseJson(text) : await readAnyYaml(text);
      found.push(...(flatten(content) as [string, TagValue][]));
    } catch (error) {
      leftOut.push(`${path} of ${experiment}: ${(error as Error).message}`);
    }
  }
  return found;
}

async function pathsOf(read: DvcFiles["read"]): Promise<ReadonlySet<string>> {
  const text = (await read("dvc.yaml"))?.toString("utf8");
  const { stages, metrics } = mapOf(text === undefined ? {} : await readAnyYaml(text));
  const all = [metrics, ...Object.values(mapOf(stages)).map((stage) => mapOf(stage).metrics)];
  // Each is a path, or a path with what DVC is to do with it.
  return new Set(
    all.flat().flatMap((one) => (typeof one === "string" ? one : Object.keys(mapOf(one)))),
  );
}

/** What stands in maps within maps, by names with dots. */
export function flatten(value: unknown, prefix = ""): readonly (readonly [string, unknown])[] {
  return Object.entries(mapOf(value)).flatMap(([key, inner]) => {
    const name = `${prefix}${key}`;
    const isMap = Object.keys(mapOf(inner)).length > 0;
    return isMap ? flatten(inner, `${name}.`) : [[name, inner] as const];
  });
}
