import type { Parameter } from "../source/parameters.ts";
import { allowsUndefined, typeShape } from "./read-type.ts";
import { shapeOfValue, type TypeShape } from "./type-shape.ts";

/** One `--name` of a task's command line: a parameter, or a property of a destructured one. */
export interface Option {
  /** As it is typed, without the dashes: `max-depth`. */
  flag: string;
  parameter: Parameter;
  /** Which of the task's parameters it belongs to. */
  index: number;
  shape: TypeShape;
  required: boolean;
}

/** The options of a task, in the order of its parameters. */
export function optionsOf(parameters: readonly Parameter[]): Option[] {
  const named = parameters.filter(({ properties }) => !properties);
  const taken = new Set(named.map(({ name }) => kebabCase(name)));
  return parameters.flatMap((whole, index) =>
    (whole.properties ?? [whole]).map((parameter) => ({
      flag: whole.properties ? freeFlag(whole, parameter, taken) : kebabCase(parameter.name),
      parameter,
      index,
      shape: shapeOf(parameter),
      required: !whole.optional && isRequired(parameter),
    })),
  );
}

/** A property that is called like a parameter, or like another's property, is said with its own. */
function freeFlag(whole: Parameter, { name }: Parameter, taken: Set<string>): string {
  const flag = kebabCase(name);
  const free = taken.has(flag) ? kebabCase(`${whole.name}-${name}`) : flag;
  taken.add(free);
  return free;
}

/** Whether the function, or the object that it takes apart, cannot do without this one. */
export function isRequired(parameter: Parameter): boolean {
  return !parameter.optional && !allowsUndefined(parameter.type);
}

/** The option that `--name` means, in kebab or camel case. */
export function findOption(options: readonly Option[], name: string): Option | undefined {
  return (
    options.find(({ parameter, flag }) => parameter.name === name && flag === kebabCase(name)) ??
    options.find(({ flag }) => flag === kebabCase(name))
  );
}

function shapeOf(parameter: Parameter): TypeShape {
  const shape =
    parameter.type === null && parameter.hasLiteralDefault
      ? shapeOfValue(parameter.defaultValue)
      : typeShape(parameter.type, parameter.declarations);
  // A rest parameter collects, whatever its annotation is called.
  return parameter.rest && shape.kind !== "list" ? { kind: "list", item: { kind: "any" } } : shape;
}

function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}
