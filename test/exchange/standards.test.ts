/** Exports in the words of others: as their own programs read them, where those are installed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dot, mermaid } from "../../src/exchange/diagram.ts";
import type { GraphRun } from "../../src/exchange/graph.ts";
import { cli, jsonLines, ok, record, workflowRepository } from "../support/cli.ts";
import { pythonWith } from "../support/python.ts";
import { prepared } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";

const WORKFLOW = `import { File, task } from "redun-git";
import { writeFileSync } from "node:fs";
export const namespace = "js";
export const half = task(function half(n) { return n / 2; });
export const note = task(function note(text) { writeFileSync("o.txt", text); return new File("o.txt"); });
export const read = task(function read(file) { return file.path; });
export const bad = task(function bad(n) { throw new RangeError("no " + n); });
export const main = task(function main(n = 4) { return [half(half(n)), read(note("x"))]; });
export const fails = task(function fails() { return bad(half(8)); });
`;

/** A run that went well, tagged since, and one that failed. */
const runs = prepared(() => {
  const made = workflowRepository({ "w.mjs": WORKFLOW });
  record(made.dir, ["-t", "env=dev", "w.mjs", "main"]);
  cli(made.dir, ["run", "-q", "w.mjs", "fails"]);
  ok(made.dir, ["tag", "update", "~1", "env=prod"]);
  return made;
});

const standards = suite("export to standards");

standards("PROV: every job is an activity that used and gave entities", () => {
  const { dir } = runs();
  const prov = JSON.parse(ok(dir, ["export", "--to", "prov"]));
  const { activity, entity, used, wasGeneratedBy, wasInformedBy, wasStartedBy } = prov;
  assert.is(Object.keys(activity).length, 2 + 5 + 3);
  assert.is(Object.keys(wasStartedBy).length, 5 + 3);
  assert.is(Object.keys(wasGeneratedBy).length, 5 + 3);
  const roles = Object.values<Record<string, string>>(wasGeneratedBy).map(
    (one) => one["prov:role"],
  );
  assert.is(roles.filter((role) => role === "error").length, 2);
  // half of half, read of note, bad of half.
  assert.is(Object.keys(wasInformedBy).length, 3);
  for (const { "prov:activity": job, "prov:entity": value } of Object.values<
    Record<string, string>
  >(used)) {
    assert.ok(job! in activity && value! in entity);
  }
  const file = Object.values<Record<string, unknown>>(entity).find((one) => one["prov:location"]);
  assert.is(file?.["prov:location"], "o.txt");
});

standards("PROV-O: the same statements, in Turtle, whatever a text holds", () => {
  const { dir } = runs();
  const turtle = ok(dir, ["export", "--to", "prov-o"]);
  const count = (pattern: RegExp) => [...turtle.matchAll(pattern)].length;
  assert.is(count(/ a prov:Activity ;/g), 2 + 5 + 3);
  assert.is(count(/ prov:qualifiedGeneration \[ a prov:Generation ; /g), 5 + 3);
  assert.is(count(/ prov:wasInformedBy /g), 3);
  assert.match(turtle, 'prov:atLocation "o.txt"');
  assert.match(turtle, 'writeFileSync(\\"o.txt\\", text)');
});

standards("OpenLineage: a START and an end for each run, with parents, tags and files", () => {
  const { dir } = runs();
  const events = jsonLines(ok(dir, ["export", "--to", "openlineage"]));
  assert.is(events.length, 2 * (1 + 5) + 2 * (1 + 3));
  const ends = new Map(events.map(({ run, eventType }) => [run.runId, eventType]));
  assert.equal(
    [...ends.values()].sort(),
    [..."CCCCCCC"].map(() => "COMPLETE").concat("FAIL", "FAIL", "FAIL"),
  );
  for (const { run } of events) {
    assert.match(
      run.runId,
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const parent = run.facets.parent?.run.runId;
    assert.ok(parent === undefined || ends.has(parent));
  }
  const end = (name: string) => events.findLast(({ job }) => job.name === name);
  assert.equal(
    [...end("js.note").outputs, ...end("js.read").inputs].map(({ namespace, name }) => [
      namespace,
      name,
    ]),
    [
      ["file", "o.txt"],
      ["file", "o.txt"],
    ],
  );
  assert.match(end("js.bad").run.facets.errorMessage.message, "no 4");
  const whole = events.find(({ job, run }) => job.name === "js.main" && !run.facets.parent);
  const tags = whole.run.facets.tags.tags.map(
    ({ key, value }: Record<string, string>) => `${key}=${value}`,
  );
  assert.ok(tags.includes("env=prod") && !tags.includes("env=dev"));
});

standards("diagrams show calls, and results that became arguments; a name is only a name", () => {
  const { dir } = runs();
  const text = ok(dir, ["export", "-", "--to", "mermaid"]);
  assert.match(text, /r0j0 --> r0j1\n.*r0j1 -\. "n" \.-> r0j2/s);
  assert.match(text, 'r0j2["js.bad(n=4)"]:::FAILED');
  assert.match(ok(dir, ["export", "-", "--to", "dot"]), 'r0j1 -> r0j2 [style=dashed, label="n"]');
  const job = {
    id: "a",
    index: 0,
    parent: null,
    task: 'x"];\n click "#',
    status: "DONE",
    args: [],
    from: new Map(),
  };
  const run = { execution: { id: "e" }, jobs: [job] } as unknown as GraphRun;
  assert.match([...mermaid([run])].join(""), 'r0j0["x#34;]#59;#10; click #34;#35;()"]');
  assert.match([...dot([run])].join(""), 'r0j0 [label="x\\"];  click \\"#()"]');
});

standards("a format that there is not is named", () => {
  const { dir } = runs();
  const { status, stderr } = cli(dir, ["export", "--to", "toString"]);
  assert.is(status, 2);
  assert.match(
    stderr,
    "It takes: redun, openlineage, prov, prov-o, mermaid, dot, in-toto, ro-crate.",
  );
});

const prov = pythonWith("prov");
const openlineage = pythonWith("openlineage.client");

unless(prov.missing, standards)("prov reads the PROV document, and writes it again equal", () => {
  const { dir } = runs();
  ok(dir, ["export", "--to", "prov", "-o", "p.json"]);
  const program = `from prov.model import ProvDocument
read = ProvDocument.deserialize("p.json", format="json")
assert read == ProvDocument.deserialize(content=read.serialize(format="json"), format="json")
print(len(list(read.get_records())))`;
  const records = Object.entries(JSON.parse(readFileSync(join(dir, "p.json"), "utf8")))
    .filter(([kind]) => kind !== "prefix")
    .reduce((sum, [, statements]) => sum + Object.keys(statements as object).length, 0);
  assert.is(prov.run(dir, program), String(records));
});

unless(prov.missing, standards)("prov reads PROV-O as the document that PROV-JSON is", () => {
  const { dir } = runs();
  ok(dir, ["export", "--to", "prov", "-o", "p.json"]);
  ok(dir, ["export", "--to", "prov-o", "-o", "p.ttl"]);
  const program = `from prov.model import ProvDocument
from rdflib import Graph
json = ProvDocument.deserialize("p.json", format="json")
turtle = ProvDocument.deserialize("p.ttl", format="rdf", rdf_format="turtle")
print(json == turtle, len(list(json.get_records())), len(Graph().parse("p.ttl")) > 100)`;
  const [, count] = /^True (\d+) True$/.exec(prov.run(dir, program)) ?? [];
  assert.ok(Number(count) > 40, count);
});

unless(openlineage.missing, standards)(
  "OpenLineage's client takes the events and knows the facets",
  () => {
    const { dir } = runs();
    ok(dir, ["export", "--to", "openlineage", "-o", "events.jsonl"]);
    // Each facet is made anew by the class of its name, which knows its fields and its schema.
    const program = `import json
from openlineage.client import facet_v2
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
classes = {n: c for m in vars(facet_v2).values() if hasattr(m, "__dict__") for n, c in vars(m).items()}
count = 0
for line in open("events.jsonl"):
    event = json.loads(line)
    RunEvent(eventType=RunState[event["eventType"]], eventTime=event["eventTime"], run=Run(runId=event["run"]["runId"]),
             job=Job(**{k: event["job"][k] for k in ("namespace", "name")}), producer=event["producer"])
    for facet in [*event["run"]["facets"].values(), *event["job"]["facets"].values()]:
        name = facet["_schemaURL"].split("/")[-1]
        made = classes[name](**{k: v for k, v in facet.items() if not k.startswith("_")})
        assert made._schemaURL == facet["_schemaURL"], (made._schemaURL, facet["_schemaURL"])
        count += 1
print(count > 0)`;
    assert.is(openlineage.run(dir, program), "True");
  },
);

standards.run();
