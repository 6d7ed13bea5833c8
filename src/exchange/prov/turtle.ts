/**
 * PROV-O (W3C Recommendation of 30 April 2013) in Turtle. A relation that has a role or a time is stated in its qualified form
 * alone: Python's prov reads one that is stated both ways as two.
 */
import type { HashName } from "../../value/hash.ts";
import type { GraphRun } from "../graph.ts";
import { type Attributes, type Kind, type Named, PREFIXES, ProvDocument } from "./document.ts";

const NAMESPACES: Readonly<Record<string, string>> = {
  ...PREFIXES,
  prov: "http://www.w3.org/ns/prov#",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
};

/** What the attributes of an activity, entity or agent are called in PROV-O. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "prov:label": "rdfs:label",
  "prov:startTime": "prov:startedAtTime",
  "prov:endTime": "prov:endedAtTime",
  "prov:location": "prov:atLocation",
};

/** Of a relation: which of its ends it is stated of, its other end, and the name of the relation between them. */
const RELATIONS: Readonly<Partial<Record<Kind, readonly [string, string, string]>>> = {
  wasInformedBy: ["prov:informed", "prov:informant", "prov:wasInformedBy"],
  wasAssociatedWith: ["prov:activity", "prov:agent", "prov:wasAssociatedWith"],
};

/** As `RELATIONS`, of those in their qualified form; the class that it has. */
const QUALIFIED: Readonly<
  Partial<Record<Kind, readonly [string, string, string, string, string]>>
> = {
  used: ["prov:activity", "prov:entity", "prov:qualifiedUsage", "prov:Usage", "prov:entity"],
  wasGeneratedBy: [
    "prov:entity",
    "prov:activity",
    "prov:qualifiedGeneration",
    "prov:Generation",
    "prov:activity",
  ],
  wasStartedBy: [
    "prov:activity",
    "prov:starter",
    "prov:qualifiedStart",
    "prov:Start",
    "prov:hadActivity",
  ],
};

/** One document with some runs. */
export function* provTurtle(runs: Iterable<GraphRun>, format: HashName): Generator<string> {
  const document = new ProvDocument(format);
  for (const run of runs) document.addRun(run);
  for (const [prefix, iri] of Object.entries(NAMESPACES)) yield `@prefix ${prefix}: <${iri}> .\n`;
  for (const [kind, statements] of document.statements) {
    yield "\n";
    for (const [name, attributes] of statements) yield `${statement(kind, name, attributes)} .\n`;
  }
}

function statement(kind: Kind, name: string, attributes: Attributes): string {
  const relation = RELATIONS[kind];
  if (relation) {
    const [of, to, property] = relation;
    return `${iri(attributes[of])} ${property} ${iri(attributes[to])}`;
  }
  const qualified = QUALIFIED[kind];
  if (qualified) {
    const [of, to, property, type, reference] = qualified;
    const role = attributes["prov:role"];
    const time = attributes["prov:time"];
    const parts = [
      `a ${type}`,
      `${reference} ${iri(attributes[to])}`,
      ...(time === undefined ? [] : [`prov:atTime ${dateTime(time)}`]),
      ...(role === undefined ? [] : [`prov:hadRole ${literal(role)}`]),
    ];
    return `${iri(attributes[of])} ${property} [ ${parts.join(" ; ")} ]`;
  }
  const own = Object.entries(attributes).map(([attribute, value]) => {
    if (attribute === "prov:type") return `a ${iri((value as Named).$)}`;
    const isTime = attribute.endsWith("Time");
    return `${PROPERTIES[attribute] ?? attribute} ${isTime ? dateTime(value) : literal(value)}`;
  });
  const type = `prov:${kind[0]!.toUpperCase()}${kind.slice(1)}`;
  return `${iri(name)} ${[`a ${type}`, ...own].join(" ;\n  ")}`;
}

/** Whole, because not every name may be written with a prefix: `id:a.` may not. */
function iri(name: unknown): string {
  const [, prefix = "", local = ""] = /^(\w+):(.*)$/s.exec(String(name)) ?? [];
  return `<${NAMESPACES[prefix]}${local}>`;
}

const dateTime = (time: unknown) => `${literal(time)}^^xsd:dateTime`;

function literal(value: unknown): string {
  const text = String(value).toWellFormed();
  // JSON's escapes are Turtle's too; U+007F may stand as it is.
  return JSON.stringify(text);
}
