import { ENTITY_TYPES, EXECUTION_STATUSES, SHOWN_JOB_STATUSES } from "../record/records.ts";
import { JOB_DURATION, JOB_STATUS } from "./rows.ts";

/** Where the rows that a condition is about keep what it asks for. A field they lack is left out. */
export interface Scope {
  /** Number of their type, and the alias of their table. */
  readonly type: number;
  readonly row: string;
  /** The time by which `tag` has them in order. */
  readonly time: string;
  readonly statuses: readonly string[];
  readonly columns: {
    readonly status?: string;
    readonly started?: string;
    readonly ended?: string;
    readonly duration?: string;
    readonly task?: string;
    readonly user?: string;
    readonly exec?: string;
    readonly arg?: string;
    readonly commit?: string;
    readonly tree?: string;
  };
  /** The texts in the column of `arg`. */
  readonly args: (column: string) => readonly string[];
}

/** Rows `e` of `execution`. */
export const EXECUTION_SCOPE: Scope = {
  type: ENTITY_TYPES.indexOf("Execution"),
  row: "e",
  time: "e.started",
  statuses: EXECUTION_STATUSES,
  columns: {
    status: "e.status",
    started: "e.started",
    ended: "e.started + e.duration",
    duration: "e.duration",
    task: word("e.task"),
    user: "e.user",
    exec: "e.id",
    arg: "e.argv",
    commit: "e.commit_id",
    tree: "e.tree_id",
  },
  args: (argv) => JSON.parse(argv),
};

/** Rows `j` of `job`, beside their execution `e`. */
export const JOB_SCOPE: Scope = {
  type: ENTITY_TYPES.indexOf("Job"),
  row: "j",
  time: "e.started",
  statuses: SHOWN_JOB_STATUSES,
  columns: {
    status: `(${JOB_STATUS})`,
    started: "j.started",
    ended: `(j.started + ${JOB_DURATION})`,
    duration: JOB_DURATION,
    task: word("(SELECT name FROM entity WHERE seq = j.task)"),
    user: "e.user",
    exec: "e.id",
    arg: "j.args",
    commit: "e.commit_id",
    tree: "e.tree_id",
  },
  args: (args) => [args],
};

/** Rows `n` of `entity`: tasks have a name. */
export function entityScope(type: "Task" | "Value" | "CallNode"): Scope {
  return {
    type: ENTITY_TYPES.indexOf(type),
    row: "n",
    time: "0",
    statuses: [],
    columns: type === "Task" ? { task: word("n.name") } : {},
    args: () => [],
  };
}

/** SQL of the text that a column has the number of. */
export function word(column: string): string {
  return `(SELECT text FROM word WHERE seq = ${column})`;
}
