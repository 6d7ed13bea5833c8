/**
 * Runs as a Workflow Run RO-Crate (profiles Process, Workflow and Provenance Run Crate 0.5, RO-Crate 1.1): an
 * execution and each job is a CreateAction, a task is the source file that it runs, and a task that called
 * others is a workflow with a step for each of them.
 */
import type { GitBackend } from "../../git/backend.ts";
import type { GraphRun } from "../graph.ts";
import { CrateActions } from "./actions.ts";
import { type CrateFile, CrateFiles } from "./crate-files.ts";
import { Entities, type Ref } from "./entities.ts";

const PROFILES = "https://w3id.org/ro/wfrun";
const CONTEXT = [
  "https://w3id.org/ro/crate/1.1/context",
  "https://w3id.org/ro/terms/workflow-run/context",
];

export interface Crate {
  /** All of them, the metadata among them. */
  readonly files: readonly CrateFile[];
  /** How many files of the runs are referred to, because their recorded content is not here. */
  readonly absent: number;
  /** When the newest run ended or began: what is written at any time is the same. */
  readonly date: string;
}

/** One crate of some runs, the oldest first. */
export async function roCrate(runs: readonly GraphRun[], backend: GitBackend): Promise<Crate> {
  const entities = new Entities();
  entities.set("ro-crate-metadata.json", { "@type": "CreativeWork" });
  entities.set("./", { "@type": "Dataset" });
  const files = new CrateFiles(entities, backend);
  const actions = new CrateActions(entities, files, backend.repository.objectFormat);
  const executions: Ref[] = [];
  for (const run of runs) executions.push(await actions.addRun(run));
  const date =
    runs
      .map(({ execution, outcome }) => outcome?.ended ?? execution.started)
      .sort()
      .at(-1) ?? "";
  const main = actions.setMain();
  const profiles = [
    "process",
    ...(main ? ["workflow"] : []),
    ...(main?.hasSteps ? ["provenance"] : []),
  ];
  const conformsTo = profiles.map((name) => profile(entities, name));
  const crate = "https://w3id.org/ro/crate/1.1";
  const isWorkflow = main
    ? [
        entities.set("https://w3id.org/workflowhub/workflow-ro-crate/1.0", {
          "@type": "CreativeWork",
          name: "Workflow RO-Crate",
          version: "1.0",
        }),
      ]
    : [];
  entities.set("ro-crate-metadata.json", {
    conformsTo: [{ "@id": crate }, ...isWorkflow],
    about: { "@id": "./" },
  });
  const parts = entities.list.filter(isData).map((entity) => ({ "@id": entity["@id"] }));
  entities.set("./", {
    name: titleOf(runs),
    description: "Runs that redun-git recorded, with their code, arguments, results and files.",
    datePublished: date,
    license: licenseOf(runs),
    conformsTo: [...conformsTo, ...isWorkflow],
    hasPart: parts,
    mainEntity: main && { "@id": main.id },
    mentions: executions,
  });
  const metadata = JSON.stringify({ "@context": CONTEXT, "@graph": entities.list }, null, 1);
  const first = { path: "ro-crate-metadata.json", content: Buffer.from(`${metadata}\n`) };
  return { files: [first, ...files.files], absent: files.absent, date };
}

function profile(entities: Entities, name: string): Ref {
  const title = `${name[0]!.toUpperCase()}${name.slice(1)} Run Crate`;
  const fields = { "@type": "CreativeWork", name: title, version: "0.5" };
  return entities.set(`${PROFILES}/${name}/0.5`, fields);
}

function isData(entity: Readonly<Record<string, unknown>>): boolean {
  if (entity["@id"] === "./") return false;
  const types = [entity["@type"]].flat();
  return types.includes("File") || types.includes("Dataset");
}

function titleOf(runs: readonly GraphRun[]): string {
  const [first] = runs;
  if (runs.length !== 1 || !first) return `${runs.length} runs`;
  const { task, argv, id } = first.execution;
  return `Run of ${task || argv.join(" ") || id}`;
}

/** RO-Crate wants one. Whoever knows it tags the execution; a guess would give away what is not ours. */
function licenseOf(runs: readonly GraphRun[]): string {
  const told = runs.flatMap(({ execution }) =>
    execution.tags.filter(([key]) => key === "license").map(([, value]) => String(value)),
  );
  return [...new Set(told)].join(", ") || "No license was recorded.";
}
