import { RedunError } from "../src/errors.ts";
import { codeCondition } from "../src/provenance/code.ts";
import { findExecution } from "../src/provenance/find-execution.ts";
import type { IndexedLog } from "../src/provenance/indexed-log.ts";
import type { Selection } from "../src/provenance/selection.ts";
import { allOf, anyOf, type Condition, type Field } from "../src/query/condition.ts";
import {
  ENTITY_TYPES,
  type EntityType,
  EXECUTION_STATUSES,
  SHOWN_JOB_STATUSES,
} from "../src/record/records.ts";
import { pathsMeant, recordedPath } from "../src/value/file-path.ts";
import { readTypeName } from "../src/value/type-name.ts";
import type { LogOptions } from "./declarations/log.ts";
import { entityCondition, executionCondition } from "./filters.ts";

/**
 * Patterns for the paths that a word of `--file-path` may mean: a path in the current folder, or a pattern.
 * Whether that is of paths from here is only known where it begins so: `./out/*.csv`.
 */
function pathPatterns({ log }: IndexedLog, word: string): string[] {
  const { workTree } = log.backend.repository;
  if (!/[*?[]/.test(word)) return pathsMeant(word, workTree);
  return [/^(?:\.{1,2})?\//.test(word) ? recordedPath(word, workTree) : word];
}

/** Options that say which types to list. */
const TYPE_FLAGS: readonly (readonly [keyof LogOptions, EntityType])[] = [
  ["exec", "Execution"],
  ["job", "Job"],
  ["callNode", "CallNode"],
  ["task", "Task"],
  ["value", "Value"],
];

/** Options that only some types know, and so narrow a listing to them. */
const NARROWING: readonly (readonly [keyof LogOptions, readonly EntityType[]])[] = [
  ["jobStatus", ["Job"]],
  ["taskName", ["Job", "Task"]],
  ["taskHash", ["Job", "Task"]],
  ["result", ["Job"]],
  ["arg", ["Job"]],
  ["valueType", ["Value"]],
  ["file", ["Value"]],
  ["filePath", ["Value"]],
];

/** Whether an option of a listing is about what is listed, and not about how. */
export function isFilter(option: string): boolean {
  return !["limit", "format", "detail", "decorateCode", "log", "ref"].includes(option);
}

/**
 * The types to list, in redun's order: those of the flags, narrowed by the filters; executions
 * where there are neither.
 * @throws RedunError USAGE where the filters leave none
 */
export function typesOf(options: LogOptions): readonly EntityType[] {
  const flags = TYPE_FLAGS.filter(([flag]) => options[flag]);
  const filters = NARROWING.filter(([filter]) => options[filter]);
  if (!options.all && flags.length === 0 && filters.length === 0) return ["Execution"];
  const asked: readonly EntityType[] =
    options.all || flags.length === 0 ? ENTITY_TYPES : flags.map(([, type]) => type);
  const left = ENTITY_TYPES.filter(
    (type) => asked.includes(type) && filters.every(([, types]) => types.includes(type)),
  );
  if (left.length > 0) return left;
  const kinds = filters.map(
    ([filter, types]) => `${optionName(filter)} is for ${types.join("s and ")}s`,
  );
  throw new RedunError(
    "USAGE",
    `These options leave nothing to list: ${kinds.join(", ")}.`,
    "Leave out what names another type.",
  );
}

/**
 * What the options of a listing ask for.
 * @throws RedunError BAD_TAG, BAD_QUERY, USAGE, UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE
 */
export async function selectionOf(log: IndexedLog, options: LogOptions): Promise<Selection> {
  const { execStatus, jobStatus, taskName = [], taskHash = [], result = [], arg = [] } = options;
  const { file, filePath, valueType = [], execId = [] } = options;
  const ids: string[] = [];
  for (const word of execId.flatMap(words)) ids.push((await findExecution(log, word)).id);
  const { commit } = options;
  const code = commit === undefined ? null : await codeCondition(log.log.backend, commit);
  return {
    code,
    where: allOf(entityCondition(options), ...someOf("task", taskName)),
    execution: allOf(
      executionCondition(options),
      ...(code ? [code] : []),
      ...someOf("exec", ids),
      ...someOf("status", statuses(execStatus, EXECUTION_STATUSES, "--exec-status")),
    ),
    job: allOf(...someOf("status", statuses(jobStatus, SHOWN_JOB_STATUSES, "--job-status"))),
    taskHashes: taskHash,
    results: result,
    args: arg,
    files: file || filePath ? (filePath ?? []).flatMap((path) => pathPatterns(log, path)) : null,
    valueTypes: valueType.map(readTypeName),
  };
}

/** A condition that a field is one of some words, if there are any. */
function someOf(field: Field, operands: readonly string[]): Condition[] {
  if (operands.length === 0) return [];
  return [anyOf(...operands.map((operand) => ({ is: "field", field, op: "=", operand }) as const))];
}

function statuses(given: string | undefined, known: readonly string[], option: string): string[] {
  if (given === undefined) return [];
  return words(given).map((word) => {
    const status = word.toUpperCase();
    if (known.includes(status)) return status;
    throw new RedunError(
      "USAGE",
      `${option} is "${word}"; a status is one of ${known.join(", ")}.`,
    );
  });
}

/** Words between commas, as redun takes them. */
function words(given: string): string[] {
  return given.split(",").map((word) => word.trim());
}

function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
