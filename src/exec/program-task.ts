import type { CallSettings } from "../engine/call-settings.ts";
import { CallExpression } from "../engine/expression.ts";
import { lazy } from "../engine/lazy.ts";
import type { Lazy } from "../engine/lazy-types.ts";
import { TaskDefinition } from "../engine/task-definition.ts";
import { redactText, redactWords } from "../redact.ts";
import type { Parameter } from "../source/parameters.ts";
import type { File } from "../value/file.ts";

/** A program as a call of a task: these are the arguments that are recorded of it. */
export interface ProgramCall {
  /** The task's name. */
  readonly name: string;
  readonly words: readonly string[];
  /** Where it runs, from the top of the work tree; `.` is the top. */
  readonly directory: string;
  /** The environment variables that were asked to be recorded. */
  readonly env: Readonly<Record<string, string>>;
  readonly inputs: readonly File[];
  /** Whether the inputs were found on the command line, and not declared. */
  readonly isFound: boolean;
}

/** What is recorded of a program that ended well. */
export interface ProgramResult {
  readonly outputs?: readonly File[];
  /** Outputs that were found, and not declared. */
  readonly found_outputs?: readonly File[];
  /** How many more of those there were than a record has room for. */
  readonly more_found_outputs?: number;
  /** Patterns of declared outputs that no file matched. */
  readonly missing_outputs?: readonly string[];
  readonly stdout?: unknown;
  readonly stderr?: unknown;
}

/**
 * The version of all tasks that are programs, instead of a source: what a program is, its job's
 * arguments say, the content of its script among them.
 */
const VERSION = "exec 1";

/** By name and parameters: a job's arguments are those that it has. */
const definitions = new Map<string, TaskDefinition>();
/** The work of calls that have not begun, by the list of words that is their first argument. */
const works = new WeakMap<object, () => Promise<ProgramResult>>();

/**
 * The call of a program; `work` is what is done when its job begins.
 * @param settings `accepts` says which earlier outcome may stand for it; without it the program runs
 */
export function programCall(
  { name, words, directory, env, inputs, isFound }: ProgramCall,
  work: () => Promise<ProgramResult>,
  { accepts, tags = [] }: Pick<CallSettings, "accepts" | "tags"> = {},
): Lazy<ProgramResult> {
  const command = redactWords(words);
  works.set(command, work);
  const args: Record<string, unknown> = {
    command,
    directory,
    ...(Object.keys(env).length > 0 && { env: redactedEnv(env) }),
    ...(inputs.length > 0 && { [isFound ? "found_inputs" : "inputs"]: inputs }),
  };
  const settings: CallSettings = { tags, ...(accepts && { cacheScope: "log", accepts }) };
  const definition = definitionOf(name, Object.keys(args));
  return lazy(new CallExpression(definition, Object.values(args), settings));
}

/** Whether what is recorded of a program lacks a secret: another program's record may look the same. */
export function isRedacted({ words, env }: Pick<ProgramCall, "words" | "env">): boolean {
  const shown = [...redactWords(words), ...Object.values(redactedEnv(env))];
  return [...words, ...Object.values(env)].some((word, at) => word !== shown[at]);
}

function redactedEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      redactText(`${name}=${value}`).slice(name.length + 1),
    ]),
  );
}

function definitionOf(name: string, parameters: readonly string[]): TaskDefinition {
  const key = [name, ...parameters].join("\0");
  let definition = definitions.get(key);
  if (!definition) {
    definition = new TaskDefinition(
      { name, version: VERSION },
      // It may read and write undeclared files: who calls it wants it to run.
      { cacheScope: "none" },
      (command: object) => works.get(command)!(),
      {
        name,
        functionName: null,
        namespace: null,
        doc: null,
        text: "",
        parameters: parameters.map(listedParameter),
        file: null,
        line: null,
        origin: null,
      },
    );
    definitions.set(key, definition);
  }
  return definition;
}

/** A parameter of a task that has no source. */
export function listedParameter(name: string): Parameter {
  return {
    name,
    type: null,
    optional: true,
    defaultText: null,
    hasLiteralDefault: false,
    defaultValue: undefined,
    rest: false,
    properties: null,
    declarations: "",
    doc: null,
  };
}
