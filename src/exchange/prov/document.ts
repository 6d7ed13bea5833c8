/** Runs as the statements of a PROV document: jobs are activities, values and tasks entities, users agents. */
import { recordedValue } from "../../provenance/read.ts";
import { foreignValue } from "../../record/foreign-values.ts";
import type { Job } from "../../record/records.ts";
import { File } from "../../value/file.ts";
import type { HashName } from "../../value/hash.ts";
import { preview } from "../../value/preview.ts";
import { typeName } from "../../value/type-name.ts";
import { StoredValue, withoutStack } from "../../value/value.ts";
import type { GraphRun } from "../graph.ts";
import { callText, statusOf } from "../run-facts.ts";

export type Attributes = Readonly<Record<string, unknown>>;

export const PREFIXES = { redun: "https://redun-git.invalid/ns#", id: "urn:redun-git:" };
export const KINDS = [
  "entity",
  "activity",
  "agent",
  "used",
  "wasGeneratedBy",
  "wasInformedBy",
  "wasStartedBy",
  "wasAssociatedWith",
] as const;

export type Kind = (typeof KINDS)[number];

export class ProvDocument {
  readonly #format: HashName;
  readonly #statements = new Map(KINDS.map((kind) => [kind, new Map<string, Attributes>()]));

  constructor(format: HashName) {
    this.#format = format;
  }

  addRun(run: GraphRun): void {
    const { execution, jobs, outcome, tasks } = run;
    const start = name("execution", execution.id);
    this.#set("activity", start, {
      "prov:startTime": execution.started,
      ...(outcome && { "prov:endTime": outcome.ended }),
      "prov:label": execution.argv.join(" "),
      "prov:type": typed("redun:Execution"),
      "redun:status": statusOf(run),
      ...(execution.code.commit && { "redun:commit": execution.code.commit }),
    });
    for (const { id, name: short, namespace, source } of tasks) {
      this.#set("entity", name("task", id), {
        "prov:label": namespace ? `${namespace}.${short}` : short,
        "prov:type": typed("prov:Plan"),
        ...(source !== undefined && { "redun:source": source }),
      });
    }
    if (execution.user !== "") {
      const agent = name("user", execution.user);
      this.#set("agent", agent, {
        "prov:label": execution.user,
        "prov:type": typed("prov:Person"),
      });
      this.#add("wasAssociatedWith", { "prov:activity": start, "prov:agent": agent });
    }
    const known = new Set(tasks.map(({ id }) => id));
    for (const job of jobs) this.#addJob(job, start, known);
  }

  #addJob(job: Job, execution: string, tasks: ReadonlySet<string>): void {
    const activity = name("job", job.id);
    this.#set("activity", activity, {
      "prov:startTime": job.started,
      ...(job.ended !== null && { "prov:endTime": job.ended }),
      "prov:label": callText(job),
      "prov:type": typed("redun:Job"),
      "redun:status": job.status,
    });
    const starter = job.parent === null ? execution : name("job", job.parent);
    this.#add("wasStartedBy", { "prov:activity": activity, "prov:starter": starter });
    if (tasks.has(job.taskHash)) {
      const task = name("task", job.taskHash);
      this.#add("used", { "prov:activity": activity, "prov:entity": task, "prov:role": "task" });
    }
    for (const [argument, value] of job.args.entries() as Iterable<[string | number, unknown]>) {
      const entity = this.#value(job, value);
      const role = String(argument);
      this.#add("used", { "prov:activity": activity, "prov:entity": entity, "prov:role": role });
    }
    const makers = new Set([...job.from.values()].flat());
    for (const maker of makers) {
      const informant = name("job", maker);
      this.#add("wasInformedBy", { "prov:informed": activity, "prov:informant": informant });
    }
    if (!("result" in job) && !("error" in job)) return;
    const gave = "error" in job ? withoutStack(job.error) : job.result;
    this.#add("wasGeneratedBy", {
      "prov:entity": this.#value(job, gave),
      "prov:activity": activity,
      ...(job.ended !== null && { "prov:time": job.ended }),
      "prov:role": "error" in job ? "error" : "result",
    });
  }

  #value(job: Job, given: unknown): string {
    const { id } = recordedValue(given, this.#format);
    const value = given instanceof StoredValue ? (foreignValue(job, id) ?? given) : given;
    const entity = name("value", id);
    if (this.#statements.get("entity")!.has(entity)) return entity;
    this.#set("entity", entity, {
      "prov:label": preview(value, 200),
      "prov:type": typed(value instanceof File ? "redun:File" : "redun:Value"),
      "redun:type": typeName(value),
      ...(value instanceof File && { "prov:location": value.path }),
    });
    return entity;
  }

  #set(kind: Kind, name: string, attributes: Attributes): void {
    this.#statements.get(kind)!.set(name, attributes);
  }

  #add(kind: Kind, attributes: Attributes): void {
    const statements = this.#statements.get(kind)!;
    statements.set(`_:${kind}${statements.size}`, attributes);
  }

  /** The statements of each kind that has some, by their names. */
  get statements(): ReadonlyMap<Kind, ReadonlyMap<string, Attributes>> {
    return new Map([...this.#statements].filter(([, statements]) => statements.size > 0));
  }
}

/** A qualified name: ids of others may hold anything, and a name may not. */
function name(kind: string, id: string): string {
  const escaped = encodeURIComponent(id.toWellFormed()).replace(/[!'()*~%]/g, (c) =>
    c === "%" ? "_" : `_${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `id:${kind}.${escaped}`;
}

/** A value that is a name, and no text. */
export interface Named {
  readonly $: string;
  readonly type: "prov:QUALIFIED_NAME";
}

const typed = (name: string): Named => ({ $: name, type: "prov:QUALIFIED_NAME" });
