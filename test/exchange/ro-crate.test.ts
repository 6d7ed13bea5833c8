/** Runs as RO-Crates: what is in them, what is only referred to, and what the profiles' validator says. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, ok, record, workflowRepository } from "../support/cli.ts";
import { pythonWith } from "../support/python.ts";
import { prepared } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";

const WORKFLOW = `import { File, task } from "redun-git";
import { writeFileSync } from "node:fs";
export const namespace = "js";
export const half = task(function half(n) { return n / 2; });
export const note = task(function note(text, path) { writeFileSync(path, text); return new File(path); });
export const read = task(function read(file) { return file.path; });
export const bad = task(function bad(n) { throw new RangeError("no " + n); });
export const main = task(function main(n = 4) {
  return [half(half(n)), read(note("x", "a o.txt")), note("first", "b.txt"), note("gone", "c.txt")];
});
export const fails = task(function fails() { return bad(half(8)); });
`;

const runs = prepared(() => {
  const made = workflowRepository({ "w.mjs": WORKFLOW });
  record(made.dir, ["-t", "license=CC0-1.0", "w.mjs", "main"]);
  rmSync(join(made.dir, "c.txt"));
  writeFileSync(join(made.dir, "b.txt"), "second");
  cli(made.dir, ["run", "-q", "w.mjs", "fails"]);
  record(made.dir, ["w.mjs", "half", "--n", "3"]);
  return made;
});

interface Entity {
  readonly "@id": string;
  readonly "@type": string | readonly string[];
  readonly [name: string]: unknown;
}

function graphOf(folder: string): ReadonlyMap<string, Entity> {
  const { "@graph": graph } = JSON.parse(
    readFileSync(join(folder, "ro-crate-metadata.json"), "utf8"),
  );
  return new Map(graph.map((entity: Entity) => [entity["@id"], entity]));
}

function ids(value: unknown): string[] {
  return [value ?? []].flat().map((ref) => (ref as Entity)["@id"]);
}

const crates = suite("export to RO-Crate");

crates(
  "a run is a folder with its sources and files; what is no more is referred to by its content",
  () => {
    const { dir } = runs();
    const { stdout, stderr } = cli(dir, ["export", "--to", "ro-crate", "~2", "-o", "crate"]);
    assert.is(stdout, "Wrote 1 execution, 6 files to crate\n");
    assert.is(
      stderr,
      "Only referred to: 2 files of the runs, whose content as it was is not here.\n",
    );
    const crate = join(dir, "crate");
    assert.is(readFileSync(join(crate, "a o.txt"), "utf8"), "x");
    assert.not.ok(existsSync(join(crate, "b.txt")));
    const graph = graphOf(crate);
    const root = graph.get("./")!;
    assert.is(root.license, "CC0-1.0");
    const gone = execFileSync("git", ["hash-object", "--stdin"], { input: "gone" })
      .toString()
      .trim();
    assert.ok(ids(root.hasPart).includes(`swh:1:cnt:${gone};path=/c.txt`));
    const { sha256, contentSize } = graph.get("a%20o.txt")!;
    assert.equal(
      [sha256, contentSize],
      ["2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "1"],
    );
    const main = graph.get(ids(root.mainEntity)[0]!)!;
    assert.is(main.name, "js.main");
    assert.match(readFileSync(join(crate, main["@id"]), "utf8"), /^function main\(n = 4\)/);
    // Three of the tasks were called, one of them twice; each call is a step that ran.
    const types = (type: string) => [...graph.values()].filter((one) => one["@type"] === type);
    assert.is(types("HowToStep").length, 3);
    assert.is(types("ControlAction").length, 6);
    const [execution] = types("CreateAction");
    assert.is(execution!["@id"], ids(root.mentions)[0]);
    assert.is(ids(execution!.result).length, 3);
    const [organize] = types("OrganizeAction");
    assert.equal(
      ids(organize!.object).sort(),
      types("ControlAction")
        .map((one) => one["@id"])
        .sort(),
    );
    // Every reference leads somewhere.
    const text = readFileSync(join(crate, "ro-crate-metadata.json"), "utf8");
    for (const [, id] of text.matchAll(/\{\s+"@id": "([^"]+)"\s+\}/g)) {
      assert.ok(graph.has(id!) || /^https?:/.test(id!), id);
    }
    const again = cli(dir, ["export", "--to", "ro-crate", "~2", "-o", "crate"]);
    assert.match(again.stderr, "crate is there already");
    assert.is(again.status, 1);
  },
);

crates("one content of a path is at the path, another beside it, and no name leads out", () => {
  const { dir } = runs();
  const workflow = `import { File, task } from "redun-git";
import { writeFileSync } from "node:fs";
export const put = task(function put(path, text) { writeFileSync(path, text); return new File(path); });
export const main = task(function main() { return put("../outside.txt", "o"); });
`;
  writeFileSync(join(dir, "out.mjs"), workflow);
  writeFileSync(join(dir, "b.txt"), "first");
  execFileSync("git", ["hash-object", "-w", "b.txt"], { cwd: dir });
  record(dir, ["out.mjs", "put", "--path", "b.txt", "--text", "third"]);
  record(dir, ["out.mjs", "main"]);
  ok(dir, ["export", "--to", "ro-crate", "-o", "all"]);
  const graph = graphOf(join(dir, "all"));
  const places = [...graph.values()]
    .filter(({ name }) => name === "b.txt")
    .map(({ "@id": id }) => readFileSync(join(dir, "all", id), "utf8"));
  assert.equal(places.sort(), ["first", "third"]);
  const outside = [...graph.values()].find(({ name }) => String(name).endsWith("outside.txt"));
  assert.match(outside!["@id"], /^files\/[0-9a-f]{8}\/outside\.txt$/);
  rmSync(join(dir, "../outside.txt"));
});

crates("needs a name for what it writes", () => {
  const { dir } = runs();
  const { status, stderr } = cli(dir, ["export", "--to", "ro-crate"]);
  assert.is(status, 2);
  assert.match(stderr, "-o run.zip");
});

/** The contexts that a crate names, as far as our words go: a validator is not to need a network. */
const CONTEXTS = `import json
S, B = "http://schema.org/", "https://bioschemas.org/"
W = "https://w3id.org/ro/terms/workflow-run#"
names = json.load(open("words.json"))
first = {name: S + name for name in names if name not in ("input", "output", "conformsTo", "sha256")}
first.update({"File": S + "MediaObject", "conformsTo": "http://purl.org/dc/terms/conformsTo",
  "ComputationalWorkflow": B + "ComputationalWorkflow", "FormalParameter": B + "FormalParameter",
  "input": B + "ComputationalWorkflow#input", "output": B + "ComputationalWorkflow#output"})
contexts = {"https://w3id.org/ro/crate/1.1/context": {"@context": first},
  "https://w3id.org/ro/terms/workflow-run/context": {"@context": {"sha256": W + "sha256"}}}
from rocrate_validator.utils import http
class Answer:
    status_code, headers = 200, {"Content-Type": "application/ld+json"}
    def __init__(self, url): self.text = json.dumps(contexts[url]); self.content = self.text.encode()
    def json(self): return json.loads(self.text)
http.HttpRequester.get = lambda self, url, **more: Answer(url)
`;

const python = pythonWith("rocrate_validator");

unless(python.missing, crates)("the profiles' validator finds nothing that is required", () => {
  const { dir } = runs();
  const cases = [
    ["~2", "folder", "provenance-run-crate"],
    ["~1", "failed.zip", "provenance-run-crate"],
    ["-", "leaf.zip", "workflow-run-crate"],
    [null, "all", "provenance-run-crate"],
  ] as const;
  const words = new Set<string>();
  for (const [which, name] of cases) {
    ok(dir, ["export", "--to", "ro-crate", ...(which === null ? [] : [which]), "-o", name]);
    if (name.endsWith(".zip")) continue;
    for (const entity of graphOf(join(dir, name)).values()) {
      for (const word of [...Object.keys(entity), ...[entity["@type"]].flat()]) {
        if (!word.startsWith("@")) words.add(word);
      }
    }
  }
  // What may not be in it, to see that the validator looks.
  ok(dir, ["export", "--to", "ro-crate", "~2", "-o", "broken"]);
  rmSync(join(dir, "broken/a o.txt"));
  writeFileSync(join(dir, "words.json"), JSON.stringify([...words]));
  const program = `${CONTEXTS}
from rocrate_validator import models, services
for name, profile in ${JSON.stringify([...cases, [null, "broken", "provenance-run-crate"]].map(([, name, profile]) => [name, profile]))}:
    settings = services.ValidationSettings(rocrate_uri=name, profile_identifier=profile,
        requirement_severity=models.Severity.REQUIRED)
    issues = services.validate(settings).get_issues()
    print(name, [issue.message for issue in issues])
`;
  assert.equal(python.run(dir, program).split("\n"), [
    ...cases.map(([, name]) => `${name} []`),
    `broken ["The RO-Crate does not include the Data Entity 'a%20o.txt' as part of its payload"]`,
  ]);
});

crates.run();
