/** The flat list of entities that a crate's metadata is. */

export type Ref = { readonly "@id": string };
export type Properties = Record<string, unknown>;

/** Entities by their ids, in the order in which they were first told of. */
export class Entities {
  readonly #all = new Map<string, Properties>();
  /** What `link` has added, by entity and property. */
  readonly #linked = new Map<string, Set<string>>();

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** Adds an entity, or more properties of one. Those that are undefined are left out. */
  set(id: string, properties: Properties): Ref {
    const entity = this.#all.get(id) ?? { "@id": id };
    for (const [name, value] of Object.entries(properties)) {
      const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
      if (isEmpty) continue;
      entity[name] = value;
      this.#linked.delete(`${name} ${id}`);
    }
    this.#all.set(id, entity);
    return { "@id": id };
  }

  /** Adds to a property that is a list of other entities, each of them once. */
  link(id: string, name: string, to: Ref): void {
    const entity = this.#all.get(id)!;
    const key = `${name} ${id}`;
    let linked = this.#linked.get(key);
    if (!linked) {
      // A list of its own: that which `set` was given may be another's too.
      const list = [...((entity[name] ?? []) as Ref[])];
      entity[name] = list;
      linked = new Set(list.map((ref) => ref["@id"]));
      this.#linked.set(key, linked);
    }
    if (linked.has(to["@id"])) return;
    linked.add(to["@id"]);
    (entity[name] as Ref[]).push(to);
  }

  /** What `link` added. */
  links(id: string, name: string): readonly Ref[] {
    return (this.#all.get(id)?.[name] ?? []) as Ref[];
  }

  /** Adds types to an entity. */
  addType(id: string, ...types: readonly string[]): void {
    const entity = this.#all.get(id)!;
    entity["@type"] = [...new Set([entity["@type"] as string | string[], types].flat())];
  }

  /** All of them; a list of one thing is that thing, as JSON-LD is compacted. */
  get list(): readonly Properties[] {
    return [...this.#all.values()].map((entity) =>
      Object.fromEntries(Object.entries(entity).map(([name, value]) => [name, single(value)])),
    );
  }
}

function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/** A reference within the crate to what is no file: ids of others may hold anything. */
export function localId(kind: string, ...ids: readonly (string | number)[]): string {
  const parts = ids.map((id) => encodeURIComponent(String(id).toWellFormed()));
  return `#${[kind, ...parts].join("-")}`;
}
