/**
 * A run as a diagram: a node for each job, a line from who called to what was called, a dotted one from the job
 * whose result was an argument. Nodes are numbered, and texts escaped, so that no name can be read as
 * a part of the diagram.
 */
import type { GraphRun } from "./graph.ts";
import { callText } from "./run-facts.ts";

/** The diagram of some runs, in Mermaid's language. */
export function* mermaid(runs: Iterable<GraphRun>): Generator<string> {
  yield "flowchart TD\n";
  for (const [at, run] of [...runs].entries()) yield* mermaidRun(run, `r${at}`);
}

function* mermaidRun({ execution, jobs }: GraphRun, name: string): Generator<string> {
  yield `  subgraph ${name}["${mermaidText(`Exec ${execution.id.slice(0, 8)}`)}"]\n`;
  const nodes = nodesOf(jobs, name);
  for (const job of jobs) {
    const node = nodes.get(job.id)!;
    yield `    ${node}["${mermaidText(callText(job, LABEL))}"]:::${job.status}\n`;
  }
  yield "  end\n";
  for (const { id, parent, from } of jobs) {
    const node = nodes.get(id)!;
    const caller = parent === null ? undefined : nodes.get(parent);
    if (caller) yield `  ${caller} --> ${node}\n`;
    for (const [argument, makers] of from) {
      for (const maker of makers) {
        const source = nodes.get(maker);
        if (source) yield `  ${source} -. "${mermaidText(argument)}" .-> ${node}\n`;
      }
    }
  }
  if (jobs.some(({ status }) => status === "FAILED")) {
    yield "  classDef FAILED stroke:#c00,stroke-width:2px\n";
  }
}

/** The diagram of some runs, in Graphviz's language. */
export function* dot(runs: Iterable<GraphRun>): Generator<string> {
  yield "digraph runs {\n  node [shape=box]\n";
  for (const [at, run] of [...runs].entries()) yield* dotRun(run, `r${at}`);
  yield "}\n";
}

function* dotRun({ execution, jobs }: GraphRun, name: string): Generator<string> {
  yield `  subgraph cluster_${name} {\n    label=${dotText(`Exec ${execution.id.slice(0, 8)}`)}\n`;
  const nodes = nodesOf(jobs, name);
  for (const job of jobs) {
    const color = job.status === "FAILED" ? ", color=red" : "";
    yield `    ${nodes.get(job.id)!} [label=${dotText(callText(job, LABEL))}${color}]\n`;
  }
  yield "  }\n";
  for (const { id, parent, from } of jobs) {
    const node = nodes.get(id)!;
    const caller = parent === null ? undefined : nodes.get(parent);
    if (caller) yield `  ${caller} -> ${node}\n`;
    for (const [argument, makers] of from) {
      for (const maker of makers) {
        const source = nodes.get(maker);
        if (source) yield `  ${source} -> ${node} [style=dashed, label=${dotText(argument)}]\n`;
      }
    }
  }
}

/** Characters of a node. */
const LABEL = 60;

function nodesOf(jobs: GraphRun["jobs"], name: string): ReadonlyMap<string, string> {
  return new Map(jobs.map(({ id, index }) => [id, `${name}j${index}`]));
}

/** Mermaid knows entities by `#`: so that nothing else is needed, all that is not plain becomes one. */
function mermaidText(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:=_/'()[\]{}+-]/gu, (c) => `#${c.codePointAt(0)};`);
}

function dotText(text: string): string {
  const plain = text.replace(/[\0-\x1f\x7f]/g, " ");
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
