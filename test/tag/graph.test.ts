import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { nodeOf, TagGraph, type TagNode } from "../../src/tag/graph.ts";
import type { TagEdit, TagPair } from "../../src/tag/tag.ts";
import { formatTag } from "../../src/tag/text.ts";
import { float } from "../../src/value/value.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";

const ENTITY = "6dc981d7";

const edits = suite("edits of a tag graph");

edits("update replaces every current tag of its keys, and names only those as parents", () => {
  const graph = grown([
    "add",
    [
      ["env", "dev"],
      ["env", "test"],
      ["user", "ada"],
    ],
  ]);
  const [edit, ...more] = graph.planUpdate([["env", "prod"]]);
  assert.equal(more, []);
  assert.equal(edit!.parents.map(({ was }) => formatTag(...was!)).sort(), ["env=dev", "env=test"]);
  assert.equal(tagsOf(graph), ["env=prod", "user=ada"]);
});

edits("several values for one key in one update are both current", () => {
  const graph = grown(
    ["add", [["env", "dev"]]],
    [
      "update",
      [
        ["env", "a"],
        ["env", "b"],
      ],
    ],
  );
  assert.equal(tagsOf(graph), ["env=a", "env=b"]);
});

edits("an update to what is current changes nothing, in any order", () => {
  const graph = grown([
    "add",
    [
      ["env", "a"],
      ["env", "b"],
      ["n", 1],
    ],
  ]);
  assert.equal(
    graph.planUpdate([
      ["env", "b"],
      ["n", 1],
      ["env", "a"],
      ["env", "b"],
    ]),
    [],
  );
  // 1.0 is another value than 1, and one value is less than two.
  assert.is(graph.planUpdate([["n", float(1)]]).length, 1);
  assert.is(graph.planUpdate([["env", "b"]]).length, 1);
});

edits("what was removed comes back by add and by update", () => {
  for (const kind of ["add", "update"] as const) {
    const graph = grown(
      ["add", [["env", "dev"]]],
      ["rm", [["env", "dev"]]],
      [kind, [["env", "dev"]]],
    );
    assert.equal(tagsOf(graph), ["env=dev"], kind);
  }
});

edits("remove takes a key, or a value exactly, null too", () => {
  const begin = () =>
    grown([
      "add",
      [
        ["k", null],
        ["k", 1],
        ["k", float(1)],
        ["other", 1],
      ],
    ]);
  const removed = (selector: { key: string; value?: number | null }) => {
    const graph = begin();
    graph.planRemove([selector]);
    return tagsOf(graph);
  };
  assert.equal(removed({ key: "k" }), ["other=1"]);
  assert.equal(removed({ key: "k", value: null }), ["k=1", "k=1.0", "other=1"]);
  assert.equal(removed({ key: "k", value: 1 }), ["k=1.0", "k=null", "other=1"]);
});

edits("removing what is not there is refused, and says what is", () => {
  const graph = grown(["add", [["env", "dev"]]]);
  for (const [selector, hint] of [
    [{ key: "env", value: "prod" }, /env=dev/],
    [{ key: "nothing" }, /the keys env/],
  ] as const) {
    try {
      graph.planRemove([{ key: "env" }, selector]);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, RedunError);
      assert.is((error as RedunError).code, "UNKNOWN_TAG");
      assert.match((error as RedunError).hint!, hint);
    }
  }
  assert.equal(tagsOf(graph), ["env=dev"]);
});

edits.run();

const algebra = suite("tag graphs of several clones");

algebra("alone, current tags are those of a plain map of sets", () => {
  fc.assert(
    fc.property(fc.array(step()), (steps) => {
      const graph = new TagGraph(ENTITY);
      const plain = new Map<string, Set<TagPair[1]>>();
      for (const [kind, tags] of steps) {
        apply(graph, kind, tags);
        if (kind === "update") for (const [key] of tags) plain.delete(key);
        for (const [key, value] of tags) {
          const values = plain.get(key) ?? new Set();
          plain.set(key, values);
          if (kind === "rm") values.delete(value);
          else values.add(value);
        }
      }
      const expected = [...plain].flatMap(([key, values]) =>
        [...values].map((value) => formatTag(key, value)),
      );
      assert.equal(tagsOf(graph), expected.sort());
    }),
  );
});

algebra("merged in any order, all agree with the rule of redun on the set of all tags", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.option(fc.nat(2)), step()), { maxLength: 25 }),
      fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      (history, order) => {
        const clones = [0, 1, 2].map(() => new TagGraph(ENTITY));
        const models = [0, 1, 2].map(() => new Model());
        for (const [at, from, [kind, tags]] of history) {
          // Sometimes a clone pulls from another one first.
          if (from !== null) pull(clones[at]!, clones[from]!);
          if (from !== null) models[at]!.pull(models[from]!);
          apply(clones[at]!, kind, tags);
          models[at]!.apply(kind, tags);
        }
        const merged = new TagGraph(ENTITY);
        for (const at of order) pull(merged, clones[at]!);
        const model = new Model();
        for (const other of models) model.pull(other);
        assert.equal(tagsOf(merged), model.current());
        for (const [at, clone] of clones.entries()) {
          assert.equal(tagsOf(clone), models[at]!.current());
          pull(clone, merged);
          assert.equal(tagsOf(clone), model.current());
        }
      },
    ),
  );
});

algebra.run();

const conflicts = suite("conflicts of tags");

/** Clones that all begin with env=dev and then each do one thing. */
function diverged(...steps: readonly (readonly Step[])[]): TagGraph {
  const merged = new TagGraph(ENTITY);
  for (const [at, own] of steps.entries()) {
    const clone = grown(["add", [["env", "dev"]]]);
    own.forEach((step, number) => {
      numbered(clone, step, 100 * at + number + 1);
    });
    pull(merged, clone);
  }
  return merged;
}

const to = (...values: string[]): Step => [
  "update",
  values.map((value) => ["env", value] as const),
];

for (const [what, steps, expected] of [
  ["two updates of one tag", [[to("a")], [to("b")]], ["env=a", "env=b"]],
  ["two updates to the same", [[to("a")], [to("a")]], []],
  ["to the same by different ways", [[to("a")], [to("b"), to("a")]], []],
  ["one that went on", [[to("a")], [to("b"), to("c")]], ["env=a", "env=c"]],
  ["two values of one update", [[to("a", "b")], []], []],
  ["two values against one", [[to("a", "b")], [to("c")]], ["env=a", "env=b", "env=c"]],
  ["an update and an added value", [[to("a")], [["add", [["env", "b"]]]]], []],
  ["an update and a removal", [[to("a")], [["rm", [["env", "dev"]]]]], []],
  [
    "an update, and what it replaced put back beside it",
    [[to("a"), ["add", [["env", "dev"]]]]],
    [],
  ],
  ["updates of different keys", [[to("a")], [["update", [["n", 1]]]]], []],
] as [string, Step[][], string[]][]) {
  conflicts(what, () => assert.equal(conflictsOf(diverged(...steps)), expected));
}

conflicts("an update resolves them, even one to a value that is there", () => {
  for (const value of ["a", "c"]) {
    const graph = diverged([to("a")], [to("b")]);
    assert.is(graph.planUpdate([["env", value]]).length, 1);
    assert.equal(conflictsOf(graph), []);
    assert.equal(tagsOf(graph), [`env=${value}`]);
  }
});

conflicts("an update with exactly the tags in conflict keeps them all, and settles it", () => {
  const both: Step = to("a", "b");
  const graph = diverged([to("a")], [to("b")]);
  const settled = grown();
  pull(settled, graph);
  numbered(settled, both, 500);
  assert.equal([conflictsOf(settled), tagsOf(settled)], [[], ["env=a", "env=b"]]);
  assert.equal(settled.planUpdate(both[1]), [], "said once, it is so");
  // Who settles it alike elsewhere agrees; who decides otherwise at the same time leaves no less.
  for (const [decision, found] of [
    [both, []],
    [to("a"), []],
    [to("c"), ["env=a", "env=b", "env=c"]],
  ] as const) {
    const other = grown();
    pull(other, graph);
    numbered(other, decision, 600);
    pull(other, settled);
    assert.equal(conflictsOf(other), found);
  }
  // An add or a removal decides nothing for the others.
  const added = diverged([to("a")], [to("b")]);
  numbered(added, ["add", [["env", "a"]]], 700);
  assert.equal(conflictsOf(added), ["env=a", "env=b"]);
});

conflicts("in clones that pull and edit at random, they are what format.md says", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.option(fc.nat(2)), step()), { maxLength: 30 }),
      (history) => {
        const clones = [0, 1, 2].map(() => new TagGraph(ENTITY));
        for (const [at, [which, from, each]] of history.entries()) {
          const clone = clones[which]!;
          if (from !== null) pull(clone, clones[from]!);
          const expected = conflictsByDefinition(clone);
          assert.equal(conflictsOf(clone), expected);
          const [kind, tags] = each;
          const own = new Set(tags.map(([key]) => key));
          const before = new Set(tagsOf(clone));
          numbered(clone, each, at + 1);
          const left = conflictsByDefinition(clone).filter((text) => own.has(text.split("=")[0]!));
          if (kind === "update") assert.equal(left, [], "an update settles its keys");
          const said = [...new Set(tags.map((tag) => formatTag(...tag)))].sort();
          const ofKeys = [...before].filter((text) => own.has(text.split("=")[0]!)).sort();
          if (kind === "update" && String(said) === String(ofKeys)) {
            assert.equal(tagsOf(clone), [...before].sort(), "and keeps what it names");
          }
        }
      },
    ),
    { numRuns: repeats(300) },
  );
});

conflicts(
  "thousands of rivals, and long chains of edits, take no longer than they are many",
  () => {
    const rivals = new TagGraph(ENTITY);
    const [first] = grown(["add", [["env", 0]]]).nodes.values();
    rivals.add(first!);
    for (let at = 1; at <= 5000; at++) {
      rivals.add({ ...nodeOf(ENTITY, update("env", at, first!.hash)), edits: [at] });
    }
    assert.is(rivals.conflicts().length, 5000);
    const chain = new TagGraph(ENTITY);
    let last = first!.hash;
    chain.add(first!);
    for (let at = 1; at <= 20_000; at++) {
      const node = nodeOf(ENTITY, update("env", at, last));
      chain.add({ ...node, edits: [at] });
      last = node.hash;
    }
    chain.add({ ...nodeOf(ENTITY, update("env", -1, first!.hash)), edits: [-1] });
    assert.equal(conflictsOf(chain), ["env=-1", "env=20000"]);
  },
);

conflicts("what is made to take long does not", () => {
  const [first] = grown(["add", [["env", 0]]]).nodes.values();
  const more = (edit: number, change: TagEdit) => ({ ...nodeOf(ENTITY, change), edits: [edit] });
  const together = new TagGraph(ENTITY);
  together.add(first!);
  const many = repeats(50_000);
  for (let at = 1; at <= many; at++) together.add(more(1, update("env", at, first!.hash)));
  assert.is(together.conflicts().length, 0);
  together.add(more(2, update("env", -1, first!.hash)));
  assert.is(together.conflicts().length, many + 1);

  // Each replaces the one before it and one of its own: their origins grow with their number.
  const ladder = new TagGraph(ENTITY);
  let last = first!.hash;
  for (let at = 1; at <= repeats(8000); at++) {
    const root = more(at, { tag: ["env", -at], parents: [] });
    ladder.add(root);
    const parents = [last, root.hash].map((hash) => ({ hash, was: null }));
    const node = more(at, { tag: ["env", at], parents });
    ladder.add(node);
    last = node.hash;
  }
  for (const at of [9001, 9002]) ladder.add(more(at, update("env", at, last)));
  assert.equal(conflictsOf(ladder), ["env=9001", "env=9002"]);

  const wide = new TagGraph(ENTITY);
  const parents = Array.from({ length: repeats(200_000) }, (_, at) => {
    return { hash: String(at).padStart(40, "0"), was: null };
  });
  for (const at of [1, 2]) wide.add(more(at, { tag: ["env", at], parents }));
  assert.equal(conflictsOf(wide), ["env=1", "env=2"]);
});

conflicts("one clone has none, and the order of merging makes none", () => {
  fc.assert(
    fc.property(fc.array(step()), fc.array(step()), (ours, theirs) => {
      const graph = new TagGraph(ENTITY);
      ours.forEach((each, at) => {
        numbered(graph, each, at + 1);
      });
      assert.equal(conflictsOf(graph), []);
      const other = new TagGraph(ENTITY);
      theirs.forEach((each, at) => {
        numbered(other, each, at + 1000);
      });
      const [left, right] = [new TagGraph(ENTITY), new TagGraph(ENTITY)];
      for (const from of [graph, other]) pull(left, from);
      for (const from of [other, graph]) pull(right, from);
      assert.equal(conflictsOf(left), conflictsOf(right));
    }),
  );
});

conflicts.run();

function update(key: string, value: number, parent: string): TagEdit {
  return { tag: [key, value], parents: [{ hash: parent, was: null }] };
}

/** Section 9.4 of format.md, word by word. */
function conflictsByDefinition(graph: TagGraph): string[] {
  const all = [...graph.nodes.values()];
  const named = new Map(all.map((node) => [node.hash, node]));
  const replaced = new Set(all.flatMap(({ parents }) => parents));
  const text = ({ tag }: TagNode) => (tag ? formatTag(...tag) : "");
  const key = ({ tag }: TagNode) => tag?.[0];
  const current = all.filter((node) => node.tag && !replaced.has(node.hash));
  const ancestors = (node: TagNode): string[] =>
    node.parents.flatMap((hash) => {
      const parent = named.get(hash);
      if (!parent) return [hash];
      return key(parent) === key(node) ? [hash, ...ancestors(parent)] : [];
    });
  const cameInPlace = (node: TagNode) =>
    node.parents.some((hash) => !named.has(hash) || text(named.get(hash)!) !== text(node));
  const contradict = (a: TagNode, b: TagNode) =>
    key(a) === key(b) &&
    text(a) !== text(b) &&
    !a.edits.some((file) => b.edits.includes(file)) &&
    [a, b].every(cameInPlace) &&
    ancestors(a).some((hash) => ancestors(b).includes(hash));
  const found = current.filter((a) => current.some((b) => contradict(a, b)));
  return [...new Set(found.map(text))].sort();
}

type Kind = "add" | "update" | "rm";
type Step = readonly [Kind, readonly TagPair[]];

/** Few keys and values, so that steps meet. */
function step(): fc.Arbitrary<Step> {
  const tag = fc.tuple(fc.constantFrom("env", "n"), fc.constantFrom<TagPair[1]>("a", 1, null));
  return fc.tuple(
    fc.constantFrom<Kind>("add", "update", "rm"),
    fc.array(tag, { minLength: 1, maxLength: 3 }),
  );
}

function grown(...steps: readonly Step[]): TagGraph {
  const graph = new TagGraph(ENTITY);
  for (const [kind, tags] of steps) apply(graph, kind, tags);
  return graph;
}

function apply(graph: TagGraph, kind: Kind, tags: readonly TagPair[]): void {
  if (kind === "add") graph.planAdd(tags);
  else if (kind === "update") graph.planUpdate(tags);
  else {
    const there = new Set(tagsOf(graph));
    const present = tags.filter((tag) => there.has(formatTag(...tag)));
    graph.planRemove(present.map(([key, value]) => ({ key, value })));
  }
}

function pull(into: TagGraph, from: TagGraph): void {
  for (const node of from.nodes.values()) into.add(node);
}

/** As `apply`, as the edit of this number. */
function numbered(graph: TagGraph, [kind, tags]: Step, edit: number): void {
  const before = new Set(graph.nodes.keys());
  apply(graph, kind, tags);
  for (const [hash, node] of [...graph.nodes]) {
    if (!before.has(hash)) graph.add({ ...node, edits: [edit] });
  }
}

function conflictsOf(graph: TagGraph): string[] {
  return [...new Set(graph.conflicts().map(({ tag }) => formatTag(...tag)))].sort();
}

function tagsOf(graph: TagGraph): string[] {
  return [...new Set(graph.current().map(({ tag }) => formatTag(...tag)))].sort();
}

/** redun's rules said once more, with a tag's whole ancestry as text in the place of a hash. */
class Model {
  /** From a tag's name to the names of its parents. */
  readonly tags = new Map<string, readonly string[]>();

  pull(other: Model): void {
    for (const [name, parents] of other.tags) this.tags.set(name, parents);
  }

  apply(kind: Kind, tags: readonly TagPair[]): void {
    const texts = [...new Set(tags.map((tag) => formatTag(...tag)))];
    if (kind === "rm") {
      const gone = this.names().filter((name) => texts.includes(textOf(name)));
      if (gone.length > 0) this.put("", gone);
    } else if (kind === "add") {
      for (const text of texts) if (!this.current().includes(text)) this.put(text, []);
    } else {
      for (const key of new Set(tags.map(([name]) => `${name}=`))) {
        const wanted = texts.filter((text) => text.startsWith(key)).sort();
        const names = this.names().filter((name) => textOf(name).startsWith(key));
        const now = [...new Set(names.map(textOf))].sort();
        if (String(now) !== String(wanted)) for (const text of wanted) this.put(text, names);
      }
    }
  }

  put(text: string, parents: readonly string[]): void {
    const name = JSON.stringify([text, [...parents].sort()]);
    if (this.tags.has(name)) this.put(text, [name]);
    else this.tags.set(name, parents);
  }

  names(): string[] {
    const replaced = new Set([...this.tags.values()].flat());
    return [...this.tags.keys()].filter((name) => textOf(name) !== "" && !replaced.has(name));
  }

  current(): string[] {
    return [...new Set(this.names().map(textOf))].sort();
  }
}

function textOf(name: string): string {
  return JSON.parse(name)[0];
}
