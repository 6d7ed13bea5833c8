/** Tasks as the tools and workflows of a crate. */
import {
  type Execution,
  fullName,
  type Job,
  shortName,
  type TaskRecord,
} from "../../record/records.ts";
import type { GraphRun } from "../graph.ts";
import type { CrateFiles } from "./crate-files.ts";
import { type Entities, localId, type Ref } from "./entities.ts";

/** Tasks by their ids: several runs have them in common. */
export class CrateTasks {
  readonly #entities: Entities;
  readonly #files: CrateFiles;
  readonly #refs = new Map<string, Ref>();
  /** Those that are files with a source, by their ids in the crate. */
  readonly #sources = new Set<string>();

  constructor(entities: Entities, files: CrateFiles) {
    this.#entities = entities;
    this.#files = files;
  }

  /** Adds what is known of the tasks of a run. */
  addRun(run: GraphRun): void {
    const records = new Map(run.tasks.map((task) => [task.id, task]));
    const language = languageOf(run);
    for (const { task, taskHash } of run.jobs) {
      if (this.#refs.has(taskHash)) continue;
      const record = records.get(taskHash);
      const ref =
        record?.source === undefined
          ? this.#addProgram(taskHash, task, record)
          : this.#addSource(record, record.source, language);
      this.#refs.set(taskHash, ref);
    }
  }

  of({ taskHash }: Job): Ref {
    return this.#refs.get(taskHash)!;
  }

  /** What an execution ran that was no single task. */
  program({ task, argv, id }: Execution): Ref {
    const name = task || argv.join(" ") || id;
    return this.#entities.set(localId("program", name), { "@type": "SoftwareApplication", name });
  }

  hasSource(task: Ref): boolean {
    return this.#sources.has(task["@id"]);
  }

  /** A task that another one called: a step of that one, which is a workflow. */
  addStep(workflow: Ref, task: Ref, name: string): Ref {
    const id = localId("step", workflow["@id"], task["@id"]);
    if (this.#entities.has(id)) return { "@id": id };
    this.#entities.addType(workflow["@id"], "ComputationalWorkflow", "HowTo");
    this.#entities.link(workflow["@id"], "hasPart", task);
    const position = String(this.#entities.links(workflow["@id"], "step").length);
    const step = this.#entities.set(id, {
      "@type": "HowToStep",
      name,
      position,
      workExample: task,
    });
    this.#entities.link(workflow["@id"], "step", step);
    return step;
  }

  #addProgram(id: string, name: string, record: TaskRecord | undefined): Ref {
    return this.#entities.set(localId("task", id), {
      "@type": "SoftwareApplication",
      name,
      softwareVersion: record?.taskVersion,
      identifier: id,
    });
  }

  #addSource(task: TaskRecord, source: string, language: Language): Ref {
    const { ending, encodingFormat, ...more } = LANGUAGES[language];
    const name = fullName(task);
    const id = this.#files.addText(
      `tasks/${shortName(name).replace(/[^\w.-]/g, "_")}-${task.id.slice(0, 8)}.${ending}`,
      `${source}\n`,
    );
    this.#sources.add(id);
    const programmingLanguage = this.#entities.set(localId("language", language), {
      "@type": "ComputerLanguage",
      ...more,
    });
    return this.#entities.set(id, {
      "@type": ["File", "SoftwareSourceCode"],
      name,
      identifier: task.id,
      programmingLanguage,
      encodingFormat,
    });
  }
}

const LANGUAGES = {
  python: {
    name: "Python",
    url: "https://www.python.org/",
    ending: "py",
    encodingFormat: "text/x-python",
  },
  typescript: {
    name: "TypeScript",
    url: "https://www.typescriptlang.org/",
    ending: "ts",
    encodingFormat: "text/plain",
  },
  javascript: {
    name: "JavaScript",
    url: "https://tc39.es/ecma262/",
    ending: "js",
    encodingFormat: "text/javascript",
  },
} as const;
type Language = keyof typeof LANGUAGES;

function languageOf({ execution, jobs }: GraphRun): Language {
  if (jobs.some(({ imported }) => imported)) return "python";
  return execution.argv.some((word) => /\.[cm]?tsx?$/.test(word)) ? "typescript" : "javascript";
}
