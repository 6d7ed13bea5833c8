import { gzipSync } from "node:zlib";
import { RedunError } from "../../src/errors.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { listed } from "../../src/provenance/listing.ts";
import { allOf } from "../../src/query/condition.ts";
import { nameOf } from "../../src/views/address.ts";
import { executionView } from "../../src/views/execution.ts";
import type { JobView } from "../../src/views/job.ts";
import { type Abilities, answer } from "./answers.ts";
import type { Api, Asked } from "./api.ts";
import { pageDocument } from "./document.ts";
import { questionKey } from "./question.ts";

/** Bytes of a report, about: forges show what is no larger, and mail carries it. */
const MAX_BYTES = 1_900_000;
/** Entities that have pages of their own in it, at most. */
const MAX_JOBS = 2000;
const MAX_VALUES = 300;
/** Characters of a value from which on it has a page of its own. */
const LONG = 200;

/**
 * The page with all that it is to show, as one file: what it would ask of a server is answered beforehand.
 * Where that is too much, jobs and values have no page of their own: the last ones first, and those that
 * failed last of all.
 * @throws RedunError as the views
 */
export async function reportHtml(
  log: IndexedLog,
  executions: readonly ExecutionRow[],
): Promise<string> {
  const ids = executions.map(({ id }) => id);
  const start = ids.length === 1 ? `executions/${ids[0]}` : `compare/${ids.join(",")}`;
  const answers = new Answers(log, { canEdit: false, isReport: true, start });
  await answers.add("info", {});
  for (const id of ids) {
    await answers.add("entity", { address: `executions/${id}` });
    await answers.add("chart", { id });
    await answers.add("files", { id });
  }
  if (ids.length > 1) await answers.add("table", { ids: ids.join(",") });
  if (ids.length === 2) await answers.add("comparison", { before: ids[0]!, after: ids[1]! });
  const needed = answers.size;
  for (const id of ids) {
    await answers.add("blame", { id });
    await answers.add("history", { id });
  }
  const found = await entitiesOf(log, executions);
  const values = new Set<string>();
  for (const { type, id } of found) {
    const text = await answers.add("entity", { address: `${nameOf(type)}/${id}` });
    if (type === "Value") await answers.add("content", { id });
    if (type === "Job" && text) for (const value of worthAPage(text)) values.add(value);
  }
  for (const id of [...values].slice(0, MAX_VALUES)) {
    await answers.add("entity", { address: `values/${id}` });
  }
  const title = ids.length === 1 ? `Run ${ids[0]!.slice(0, 8)}` : `${ids.length} runs`;
  for (let count = answers.size; ; count = Math.max(needed, Math.floor(count * 0.7))) {
    const { html } = pageDocument(title, answers.packed(count));
    if (html.length <= MAX_BYTES || count === needed) return html;
  }
}

/** Answers in the order of their weight. */
class Answers {
  readonly #log: IndexedLog;
  readonly #abilities: Abilities;
  readonly #texts = new Map<string, string>();

  constructor(log: IndexedLog, abilities: Abilities) {
    this.#log = log;
    this.#abilities = abilities;
  }

  get size(): number {
    return this.#texts.size;
  }

  /** What has no answer in the log has none in the report: its page says so. */
  async add<Name extends Asked>(name: Name, asks: Api[Name]["asks"]): Promise<string | null> {
    const words = asks as Record<string, string>;
    try {
      const text = await answer(this.#log, name, words, this.#abilities);
      this.#texts.set(questionKey(name, words), text);
      return text;
    } catch (error) {
      if (error instanceof RedunError) return null;
      throw error;
    }
  }

  /** The first ones, as a page has them in itself. */
  packed(count: number): string {
    const texts = Object.fromEntries([...this.#texts].slice(0, count));
    return gzipSync(JSON.stringify(texts), { level: 9 }).toString("base64");
  }
}

interface Found {
  readonly type: "Job" | "Task" | "Value";
  readonly id: string;
}

/** The values that the page of a job shows in part: all of the outermost job, the long ones of others. */
function worthAPage(text: string): string[] {
  const { parent, content } = JSON.parse(text) as JobView;
  const shown = [...content.args, ...(content.outcome ? [content.outcome] : [])];
  return shown
    .filter((value) => value.text !== null && (parent === null || value.text.length >= LONG))
    .map(({ id }) => id);
}

/** What the executions are made of: tasks, failed jobs, the outermost jobs, files, and the other jobs. */
async function entitiesOf(
  log: IndexedLog,
  executions: readonly ExecutionRow[],
): Promise<readonly Found[]> {
  const tasks = new Set<string>();
  const [failed, others, files]: [Found[], Found[], Found[]] = [[], [], []];
  for (const row of executions) {
    const { jobs } = await executionView(log, row, "whole");
    for (const batch of jobs.list()) {
      for (const { job } of batch) {
        tasks.add(job.taskHash);
        const kind = job.status === "FAILED" ? failed : others;
        if (kind.length < MAX_JOBS) kind.push({ type: "Job", id: job.id });
      }
    }
    for (const { id } of await filesOf(log, row)) {
      if (files.length < MAX_VALUES) files.push({ type: "Value", id });
    }
  }
  const ofTasks = [...tasks].map((id): Found => ({ type: "Task", id }));
  return [...ofTasks, ...failed, ...files, ...others.slice(0, MAX_JOBS - failed.length)];
}

/** The files that the jobs of an execution took and gave. */
function filesOf(log: IndexedLog, { id }: ExecutionRow) {
  const execution = { is: "field", field: "exec", op: "=", operand: id } as const;
  const selection = {
    ...{ where: allOf(), execution, code: null, job: allOf(), files: [] },
    ...{ taskHashes: [], results: [], args: [], valueTypes: [] },
  };
  return listed(log, "Value", selection, MAX_VALUES);
}
