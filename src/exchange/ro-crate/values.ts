/** Arguments and results as the values of a crate, and the parameters that they are values of. */
import { recordedValue } from "../../provenance/read.ts";
import { File } from "../../value/file.ts";
import type { HashName } from "../../value/hash.ts";
import { typeName } from "../../value/type-name.ts";
import { simpleJson } from "../run-facts.ts";
import { type Entities, localId, type Ref } from "./entities.ts";

export class CrateValues {
  readonly #entities: Entities;
  readonly #format: HashName;

  constructor(entities: Entities, format: HashName) {
    this.#entities = entities;
    this.#format = format;
  }

  /**
   * A value, the same one wherever it was taken and given; a file is itself.
   * @param files those that are in the values of the job
   */
  add(value: unknown, name: string, files: ReadonlyMap<string, Ref>): Ref {
    const file = value instanceof File ? files.get(fileKey(value)) : undefined;
    if (file) return file;
    const { id } = recordedValue(value, this.#format);
    const entity = localId("value", id);
    if (this.#entities.has(entity)) return { "@id": entity };
    return this.#entities.set(entity, { "@type": "PropertyValue", name, value: simpleJson(value) });
  }

  /** Says which parameter of a task a value was given for, or that it is its result. */
  isValueOf(value: Ref, given: unknown, task: Ref, side: "input" | "output", name: string): void {
    const id = localId("parameter", task["@id"], side, name);
    if (!this.#entities.has(id)) {
      this.#entities.set(id, {
        "@type": "FormalParameter",
        name,
        additionalType:
          given instanceof File
            ? given.isFolder
              ? "Dataset"
              : "File"
            : (TYPES[typeName(given)] ?? "PropertyValue"),
        conformsTo: this.#profile(),
      });
      this.#entities.link(task["@id"], side, { "@id": id });
    }
    this.#entities.link(id, "workExample", value);
    this.#entities.link(value["@id"], "exampleOfWork", { "@id": id });
  }

  #profile(): Ref {
    return this.#entities.set("https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE", {
      "@type": "CreativeWork",
      name: "FormalParameter",
      version: "1.0-RELEASE",
    });
  }
}

/** By which a job's files are found again: see `filesOf`. */
export function fileKey({
  path,
  hash,
}: {
  readonly path: string;
  readonly hash: string | null;
}): string {
  return `${path}\0${hash}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "Text",
  int: "Integer",
  float: "Float",
  bool: "Boolean",
  date: "DateTime",
};
