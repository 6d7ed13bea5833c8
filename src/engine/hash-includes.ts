import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import type { TaskInclude } from "../record/records.ts";
import { includedFunction } from "../source/included-function.ts";
import { File } from "../value/file.ts";
import { fileValuesIn } from "../value/files-in.ts";
import { inspected } from "../value/inspected.ts";
import { blobId } from "../value/oid.ts";
import { isOpaqueIn } from "../value/opaque-in.ts";
import { StoredValue } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { writeYaml } from "../value/yaml-write.ts";

/** What a task is, as far as others include it in their hash. */
export interface IncludedTask {
  readonly fullName: string;
  readonly isVolatile: boolean;
  id(format: ObjectFormat): string;
}

/** What counts in a task's hash in addition to its source. */
export type HashInclude =
  | { readonly kind: "function"; readonly fn: (...args: never[]) => unknown }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "file"; readonly file: File }
  | { readonly kind: "task"; readonly task: IncludedTask };

/** Of a value of more characters than this only the id is recorded. */
const INLINE_LIMIT = 2000;

/**
 * What a list of `hashIncludes` names; values as they are now.
 * @param taskOf the task that a function is, if it is one
 * @throws RedunError BAD_TASK for what has no form of its own, such as an instance of a class
 */
export function hashIncludesOf(
  given: unknown,
  where: string,
  taskOf: (value: unknown) => IncludedTask | undefined,
): readonly HashInclude[] {
  if (!Array.isArray(given)) {
    throw new RedunError(
      "BAD_TASK",
      `${where} was given hashIncludes: ${inspected(given)}.`,
      'It is a list: `hashIncludes: [helper, "text", new File("params.json"), otherTask]`.',
    );
  }
  return given.map((one: unknown, at) => {
    const task = taskOf(one);
    if (task) return { kind: "task", task };
    if (typeof one === "function") return { kind: "function", fn: one as () => unknown };
    if (one instanceof File) return { kind: "file", file: new File(one.place) };
    return { kind: "value", value: recordedValue(one, `${where} was given hashIncludes[${at}]`) };
  });
}

/** Later changes of a list or an object do not count. */
function recordedValue(value: unknown, what: string): unknown {
  if (fileValuesIn(value).length > 0) throw cannotBe(`${what}, which holds a File`);
  const text = writeYaml(value);
  if (isOpaqueIn(text)) throw cannotBe(`${what}: ${inspected(value)}, whose content is not known`);
  return readYaml(text);
}

function cannotBe(what: string): RedunError {
  return new RedunError(
    "BAD_TASK",
    `${what}.`,
    "Functions, Files and tasks are items of their own; any other item is text, numbers, and lists and objects of these.",
  );
}

/** Whether it may be another when the next run begins. */
export function isVolatile(include: HashInclude): boolean {
  return include.kind === "file" || (include.kind === "task" && include.task.isVolatile);
}

/** What a task's record says of it. A file is read. */
export function recordedInclude(include: HashInclude, format: ObjectFormat): TaskInclude {
  switch (include.kind) {
    case "function":
      return { kind: "function", ...includedFunction(include.fn) };
    case "file":
      include.file.record(format);
      return { kind: "file", hash: include.file.hash };
    case "task": {
      const { task } = include;
      return { kind: "task", task: task.fullName, taskHash: task.id(format) };
    }
    case "value": {
      const text = writeYaml(include.value);
      const isLong = text.length > INLINE_LIMIT;
      return {
        kind: "value",
        value: isLong ? new StoredValue(blobId(text, format)) : include.value,
      };
    }
  }
}
