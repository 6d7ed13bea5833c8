/** Executions and jobs as the actions of a crate. */
import { withForeign } from "../../record/foreign-values.ts";
import type { Execution, Job } from "../../record/records.ts";
import type { TagPair } from "../../tag/tag.ts";
import { formatTagValue } from "../../tag/text.ts";
import type { HashName } from "../../value/hash.ts";
import { preview } from "../../value/preview.ts";
import type { GraphRun } from "../graph.ts";
import { callText, filesOf, statusOf } from "../run-facts.ts";
import type { CrateFiles } from "./crate-files.ts";
import { type Entities, localId, type Ref } from "./entities.ts";
import { CrateTasks } from "./tasks.ts";
import { CrateValues, fileKey } from "./values.ts";

/** Characters of an error. */
const LINE = 1_000;

/** A run of a task, which may have called others. */
interface Caller {
  readonly action: Ref;
  readonly task: Ref;
}

export class CrateActions {
  readonly #entities: Entities;
  readonly #files: CrateFiles;
  readonly #tasks: CrateTasks;
  readonly #values: CrateValues;
  /** Root tasks that are files, with the newest execution of each. */
  readonly #roots = new Map<string, Execution>();

  constructor(entities: Entities, files: CrateFiles, format: HashName) {
    this.#entities = entities;
    this.#files = files;
    this.#tasks = new CrateTasks(entities, files);
    this.#values = new CrateValues(entities, format);
  }

  /**
   * Makes the root task of one run the main workflow: of the newest that called tasks, or else of the newest.
   * Null where no source of one is known: a main workflow is a file.
   */
  setMain(): { readonly id: string; readonly hasSteps: boolean } | null {
    const roots = [...this.#roots].map(([id, execution]) => {
      return { id, execution, hasSteps: this.#entities.links(id, "step").length > 0 };
    });
    const main = roots.findLast(({ hasSteps }) => hasSteps) ?? roots.at(-1);
    if (!main) return null;
    const { origin, commit } = main.execution.code;
    this.#entities.addType(main.id, "ComputationalWorkflow");
    this.#entities.set(main.id, { codeRepository: origin, version: commit });
    return main;
  }

  async addRun(run: GraphRun): Promise<Ref> {
    const { execution, jobs } = run;
    this.#tasks.addRun(run);
    const roots = jobs.filter(({ parent }) => parent === null);
    // What an execution ran is its root job, where that is one.
    const root = roots.length === 1 ? roots[0]! : null;
    const program = root ? this.#tasks.of(root) : this.#tasks.program(execution);
    const whole = await this.#addExecution(run, root, program);
    if (root && this.#tasks.hasSource(program)) {
      this.#roots.delete(program["@id"]);
      this.#roots.set(program["@id"], execution);
    }
    const callers = new Map<string | null, Caller>([[null, { action: whole, task: program }]]);
    for (const job of jobs) {
      const task = this.#tasks.of(job);
      const action = job === root ? whole : await this.#addJob(job, task);
      callers.set(job.id, { action, task });
    }
    for (const job of jobs) {
      const caller = callers.get(job.parent) ?? callers.get(null)!;
      if (job !== root) this.#addCall(execution, job, callers.get(job.id)!, caller);
    }
    return whole;
  }

  async #addExecution(run: GraphRun, root: Job | null, instrument: Ref): Promise<Ref> {
    const { execution, outcome } = run;
    const { id, task, argv, user } = execution;
    const status = statusOf(run);
    const failed = root && "error" in root ? preview(root.error, LINE) : undefined;
    const ref = this.#entities.set(localId("execution", id), {
      "@type": "CreateAction",
      name: root ? callText(root) : task || argv.join(" ") || id,
      description: argv.join(" ") || undefined,
      instrument,
      agent: user === "" ? undefined : this.#person(user),
      ...timesOf(execution.started, outcome?.ended ?? null, status),
      error: status === "DONE" ? undefined : (outcome?.reason ?? failed),
      additionalProperty: execution.tags.map((tag) => this.#tag(tag)),
    });
    if (root) await this.#addData(ref["@id"], root, instrument);
    return ref;
  }

  async #addJob(job: Job, instrument: Ref): Promise<Ref> {
    const ref = this.#entities.set(localId("job", job.id), {
      "@type": "CreateAction",
      name: callText(job),
      instrument,
      ...timesOf(job.started, job.ended, job.status),
      error: "error" in job ? preview(job.error, LINE) : undefined,
      additionalProperty: job.tags.map((tag) => this.#tag(tag)),
    });
    await this.#addData(ref["@id"], job, instrument);
    return ref;
  }

  /** What an action took and gave: files as files, and whatever is no file itself as a value. */
  async #addData(action: string, job: Job, task: Ref): Promise<void> {
    const taken = await this.#addFiles(action, job, "taken", "object");
    for (const [name, value] of withForeign(job).entries() as Iterable<
      [string | number, unknown]
    >) {
      const ref = this.#values.add(value, String(name), taken);
      this.#values.isValueOf(ref, value, task, "input", String(name));
      this.#entities.link(action, "object", ref);
    }
    if (!("result" in job)) return;
    const given = await this.#addFiles(action, job, "given", "result");
    const result = withForeign({ ...job, args: [job.result] })
      .values()
      .next().value;
    const ref = this.#values.add(result, "result", given);
    this.#values.isValueOf(ref, result, task, "output", "result");
    this.#entities.link(action, "result", ref);
  }

  async #addFiles(action: string, job: Job, side: "taken" | "given", name: "object" | "result") {
    const files = new Map<string, Ref>();
    for (const file of filesOf(job, side)) {
      const ref = await this.#files.add(file);
      files.set(fileKey(file), ref);
      this.#entities.link(action, name, ref);
    }
    return files;
  }

  /** Who called whom: a job that made calls is a workflow's run, and each call a step of it. */
  #addCall(execution: Execution, job: Job, { action, task }: Caller, caller: Caller): void {
    const control = this.#entities.set(localId("control", job.id), {
      "@type": "ControlAction",
      name: `Call of ${job.task}`,
      instrument: this.#tasks.addStep(caller.task, task, job.task),
      object: action,
      startTime: job.started,
      endTime: job.ended ?? undefined,
    });
    const organize = localId("organize", caller.action["@id"].slice(1));
    if (!this.#entities.has(organize)) {
      this.#entities.set(organize, {
        "@type": "OrganizeAction",
        name: "What was called",
        instrument: this.#engine(execution),
        result: caller.action,
      });
    }
    this.#entities.link(organize, "object", control);
  }

  #engine({ tags }: Execution): Ref {
    const version = tags.find(([key]) => key === "redun.version")?.[1];
    const system = tags.find(([key]) => key === "imported_from")?.[1];
    const name = typeof system === "string" ? system : "redun-git";
    return this.#entities.set(localId("engine", name, String(version ?? "")), {
      "@type": "SoftwareApplication",
      name,
      softwareVersion: version === undefined ? undefined : String(version),
    });
  }

  #person(name: string): Ref {
    return this.#entities.set(localId("user", name), { "@type": "Person", name });
  }

  #tag([key, value]: TagPair): Ref {
    const text = formatTagValue(value);
    const fields = { "@type": "PropertyValue", name: key, value: text };
    return this.#entities.set(localId("tag", key, text), fields);
  }
}

function timesOf(startTime: string, ended: string | null, status: string) {
  const name = STATUSES[status] ?? "FailedActionStatus";
  const actionStatus = { "@id": `http://schema.org/${name}` };
  return { startTime, endTime: ended ?? undefined, actionStatus };
}

const STATUSES: Readonly<Record<string, string>> = {
  DONE: "CompletedActionStatus",
  CACHED: "CompletedActionStatus",
  RUNNING: "ActiveActionStatus",
  PENDING: "PotentialActionStatus",
};
