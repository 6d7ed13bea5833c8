import { settingsOf } from "../engine/call-options.ts";
import { CallExpression, PropertyExpression } from "../engine/expression.ts";
import { lazy } from "../engine/lazy.ts";
import type { Arg, Lazy } from "../engine/lazy-types.ts";
import { PROGRAMS } from "../engine/limits.ts";
import { registerTask } from "../engine/registry.ts";
import { includesOf } from "../engine/task.ts";
import { TaskDefinition, type TaskOptions } from "../engine/task-definition.ts";
import { RedunError } from "../errors.ts";
import type { File } from "../value/file.ts";
import type { Dir, FileSet } from "../value/file-set.ts";
import { isPlainObject } from "../value/value.ts";
import { listedParameter } from "./program-task.ts";
import type { ScriptResult } from "./run-script.ts";
import { templateText } from "./script-text.ts";

/** In the place of a source: what a script is, its job's arguments say. */
const VERSION = "script 1";
const ONE_PROGRAM = { [PROGRAMS]: 1 };

/** A file or directory that a script makes: see `out`. */
export interface Out<N extends string | undefined = string | undefined> {
  readonly out: Arg<string>;
  readonly name?: N;
}

/** What may stand in a script: one word, a list of words, a set of files, or a file that it makes. */
export type ScriptValue = Arg<ScriptWord> | Arg<readonly ScriptWord[]> | Arg<FileSet> | Out;

/** A file, and a directory, stands for its path. */
export type ScriptWord = string | number | bigint | boolean | File | Dir;

type OutNames<V> = V extends readonly [infer First, ...infer Others]
  ? First extends Out<infer N>
    ? [N, ...OutNames<Others>]
    : OutNames<Others>
  : [];

/** What a script gives: what it prints, the file that it makes, or several of them. */
export type ScriptOutput<V extends readonly unknown[]> = ResultOf<OutNames<V>>;

type ResultOf<N extends unknown[]> = N extends []
  ? string
  : N extends [undefined]
    ? File
    : N extends undefined[]
      ? { [K in keyof N]: File }
      : { readonly [K in Extract<N[number], string>]: File };

/** A template tag whose scripts are jobs of one task. */
export interface Script {
  <const V extends readonly ScriptValue[]>(
    text: TemplateStringsArray,
    ...values: V
  ): Lazy<ScriptOutput<V>>;
  /** The same with options of its own, such as `name`: they are those of a task. */
  (options: ScriptOptions): Script;
}

export type ScriptOptions = Omit<TaskOptions, "record">;

/**
 * Names a file or directory that a script makes, by its path; its directory is made. With a `name` it is a
 * property of what the script gives.
 */
export function out(path: Arg<string>): Out<undefined>;
export function out<const N extends string>(path: Arg<string>, name: N): Out<N>;
export function out(path: Arg<string>, name?: string): Out {
  return name === undefined ? { out: path } : { out: path, name };
}

/**
 * Runs a shell script, or that of any interpreter which its first line names (`#!/usr/bin/env python3`), as a
 * job. Values in it are quoted and never become code: a File is its path, a list several words. Files in it
 * are its inputs. It gives the file that `out` names, several of them as a list, or as an object where they
 * have names; without any it gives what it prints. A status other than 0 fails the job. Bash ends at the first
 * command that fails, in a pipe as well.
 * @example
 * ```ts
 * import { File, out, Scheduler, script, task } from "redun-git";
 *
 * const main = task(async function main() {
 *   const words = await new File("words.txt").write("pear\napple\n");
 *   const sorted = script`sort ${words} > ${out("sorted.txt")}`;
 *   return script`head -n ${1} ${sorted}`;
 * });
 * console.log(await new Scheduler().run(main()));
 * ```
 * @throws RedunError BAD_VALUE where some outputs have names and others have none, or two have one
 */
export const script: Script = scriptOf(definitionOf({}));

function scriptOf(definition: TaskDefinition): Script {
  const call = (first: TemplateStringsArray | ScriptOptions, ...values: unknown[]) => {
    if (!isTemplate(first)) return scriptOf(definitionOf(first));
    expectNames(values);
    const args = [templateText(first.raw), ...(values.length > 0 ? [values] : [])];
    const expression = new CallExpression(definition, args, {});
    const key: keyof ScriptResult = values.some(isOut) ? "outputs" : "stdout";
    return lazy(new PropertyExpression(expression, key));
  };
  return call as Script;
}

function definitionOf(options: ScriptOptions): TaskDefinition {
  const settings = settingsOf(options, "script()");
  const { name = "script", namespace = options.name === undefined ? "redun" : undefined } = options;
  const definition = new TaskDefinition(
    { name, version: options.version ?? VERSION, ...(namespace && { namespace }) },
    { ...settings, limits: { ...ONE_PROGRAM, ...settings.limits } },
    async (template: string, values: readonly unknown[] = []) => {
      const { runScript } = await import("./run-script.ts");
      return runScript(name, template, values);
    },
    {
      name,
      functionName: null,
      namespace: null,
      doc: null,
      text: "",
      parameters: [listedParameter("script"), listedParameter("values")],
      file: null,
      line: null,
      origin: null,
    },
    includesOf(options, "script()"),
  );
  registerTask(definition);
  return definition;
}

function isTemplate(value: object): value is TemplateStringsArray {
  return Array.isArray(value) && "raw" in value;
}

function isOut(value: unknown): value is Out {
  if (typeof value !== "object" || value === null) return false;
  return isPlainObject(value) && Object.hasOwn(value, "out");
}

function expectNames(values: readonly unknown[]): void {
  const names = values.filter(isOut).map(({ name }) => name);
  const twice = names.find((name, at) => name !== undefined && names.indexOf(name) < at);
  if (twice !== undefined) {
    throw new RedunError("BAD_VALUE", `Two outputs of a script are named "${twice}".`);
  }
  if (!names.includes(undefined) || names.every((name) => name === undefined)) return;
  throw new RedunError(
    "BAD_VALUE",
    "Some outputs of a script have names, and others have none.",
    'Name all of them: `out("x.bam", "bam")`.',
  );
}
