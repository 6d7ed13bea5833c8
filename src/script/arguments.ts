import { RedunError } from "../errors.ts";
import type { Parameter } from "../source/parameters.ts";
import { didYouMean } from "../suggest.ts";
import { shellWord } from "../value/shown-text.ts";
import { optionValue } from "./option-values.ts";
import { findOption, isRequired, type Option, optionsOf } from "./options.ts";
import { formatParameters, optionUsage } from "./parameter-help.ts";

export { formatParameters, signature } from "./parameter-help.ts";

/**
 * The arguments of a task call from the words after the task's name: `--greet Hi`, `--greet=Hi`,
 * `--verbose`, `--no-verbose`, `--item a --item b`. Missing arguments at the end are left out and
 * others undefined, so that the function's own defaults apply.
 * @throws RedunError USAGE for words that do not fit the parameters
 */
export function parseTaskArguments(
  parameters: readonly Parameter[],
  words: readonly string[],
): unknown[] {
  const options = optionsOf(parameters);
  const given = readWords(parameters, options, words);
  const missing = options.filter(
    (option) => !given.has(option) && isNeeded(option, parameters, given),
  );
  if (missing.length > 0) {
    const names = missing.map((option) => `--${option.flag}`).join(", ");
    const noun = missing.length === 1 ? "Argument" : "Arguments";
    throw refuse(`${noun} missing: ${names}`, parameters);
  }
  return toArguments(parameters, given);
}

/** Whether `word` (`--tag`, `--no-tag`) is how an argument of these parameters is given. */
export function isArgument(parameters: readonly Parameter[], word: string): boolean {
  if (!word.startsWith("--")) return false;
  const [options, name] = [optionsOf(parameters), word.slice(2)];
  return Boolean(findOption(options, name) ?? negatedFlag(options, name));
}

type GivenTexts = Map<Option, string[]>;

/** The words of every option that was given; a flag standing alone has the word true or false. */
function readWords(
  parameters: readonly Parameter[],
  options: readonly Option[],
  words: readonly string[],
): GivenTexts {
  const given: GivenTexts = new Map();
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) throw notNamed(word, options, given, parameters);
    const negated = inline === undefined ? negatedFlag(options, name) : undefined;
    const option = negated ?? findOption(options, name);
    if (!option) throw unknown(`--${name}`, options, parameters);
    const earlier = given.get(option) ?? [];
    if (earlier.length > 0 && option.shape.kind !== "list") {
      throw refuse(`--${option.flag} was given twice; it takes one value.`, parameters);
    }
    const value = negated ? "false" : (inline ?? takeValue(option, queue));
    if (value === undefined) throw valueless(option, parameters);
    given.set(option, [...earlier, value]);
  }
  return given;
}

/** Takes the word after `--name` off the queue; a flag may do without one. */
function takeValue({ shape }: Option, queue: string[]): string | undefined {
  const [next] = queue;
  const isFlag = shape.kind === "boolean";
  const belongs = isFlag
    ? next === "true" || next === "false"
    : next !== undefined && isValue(next);
  if (belongs) return queue.shift();
  return isFlag ? "true" : undefined;
}

/** `--no-verbose`, where no parameter is called that. */
function negatedFlag(options: readonly Option[], name: string): Option | undefined {
  if (!name.startsWith("no-") || findOption(options, name)) return undefined;
  const option = findOption(options, name.slice("no-".length));
  return option?.shape.kind === "boolean" ? option : undefined;
}

/** A negative number is a value, another word with a dash in front the next option. */
function isValue(word: string): boolean {
  return !word.startsWith("-") || word === "-" || /^-(\.?\d|inf(inity)?$|nan$)/i.test(word);
}

/** A destructured object that may be left out needs nothing until one of its options is given. */
function isNeeded(option: Option, parameters: readonly Parameter[], given: GivenTexts): boolean {
  if (option.required) return true;
  const whole = parameters[option.index];
  if (!whole?.properties || !isRequired(option.parameter)) return false;
  return [...given.keys()].some(({ index }) => index === option.index);
}

function toArguments(parameters: readonly Parameter[], given: GivenTexts): unknown[] {
  const args: unknown[] = [];
  for (const [option, words] of given) {
    const value = optionValue(option, words);
    const whole = parameters[option.index];
    if (whole?.rest) {
      args.length = Math.max(args.length, option.index);
      args.splice(option.index, 0, ...(value as unknown[]));
    } else if (whole?.properties) {
      args[option.index] = withOwn(args[option.index], option.parameter.name, value);
    } else {
      args[option.index] = value;
    }
  }
  // A function that takes its object apart fails on undefined, though every property is optional.
  parameters.forEach((parameter, index) => {
    if (parameter.properties && !parameter.optional) args[index] ??= {};
  });
  return Array.from(args);
}

function withOwn(object: unknown, name: string, value: unknown): object {
  return Object.fromEntries([...Object.entries(object ?? {}), [name, value]]);
}

function notNamed(
  word: string,
  options: readonly Option[],
  given: GivenTexts,
  parameters: readonly Parameter[],
): RedunError {
  if (!isValue(word)) return unknown(word.replace(/=.*/s, ""), options, parameters);
  const next = options.find((option) => !given.has(option));
  const value = shellWord(word);
  if (!next) return refuse(`There is no argument for ${value}.`, parameters);
  return refuse(
    `Arguments are given by name: write --${next.flag} ${value} instead of ${value}.`,
    parameters,
  );
}

function unknown(
  name: string,
  options: readonly Option[],
  parameters: readonly Parameter[],
): RedunError {
  const flags = options.map(({ flag }) => `--${flag}`);
  return refuse(`The task has no argument ${name}.${didYouMean(name, flags, 1)}`, parameters);
}

function valueless(option: Option, parameters: readonly Parameter[]): RedunError {
  return refuse(
    `--${option.flag} needs a value: ${optionUsage(option)}, or with = where the value begins ` +
      `with a dash: --${option.flag}=-x`,
    parameters,
  );
}

function refuse(message: string, parameters: readonly Parameter[]): RedunError {
  const list = formatParameters(parameters);
  const hint = list === "" ? "This task takes no arguments." : `Its arguments:\n${list}`;
  return new RedunError("USAGE", message, hint);
}
