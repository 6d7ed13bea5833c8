/** Reads records of any writer: canonical ones fast, other YAML 1.2 with the `yaml` package. */
import { RedunError } from "../errors.ts";
import { Refused, readForeignYaml } from "./yaml-foreign.ts";
import { MAX_NODES, NotCanonical, readYaml } from "./yaml-read.ts";
import { commentText } from "./yaml-scalar.ts";

const MIB = 1024 * 1024;
/** For the `yaml` package, which takes far more memory and time than our own reader. */
const MAX_FOREIGN = MIB;

let loading: Promise<typeof import("yaml")> | undefined;

export interface AnyYamlLimits {
  readonly maxLength?: number;
  readonly maxNodes?: number;
}

/**
 * The value of a YAML document that others may have written. Nothing in the text is trusted:
 * aliases, merge keys, repeated keys, keys that are not scalars and tags other than `!word` are
 * refused, and `__proto__` is a key like any other. Numbers keep their meaning (1.0 is a `Float`).
 * `maxLength` is in UTF-16 units. Text that is not canonical may have 1 Mi of them and
 * 262,144 tokens at most, and nest 400 deep.
 * @throws RedunError BAD_RECORD
 */
export async function readAnyYaml(
  text: string,
  { maxLength = 64 * MIB, maxNodes = MAX_NODES }: AnyYamlLimits = {},
): Promise<unknown> {
  assertLength(text, maxLength);
  try {
    return readYaml(text, { maxNodes });
  } catch (error) {
    if (error instanceof Refused) throw bad(error.message, error);
    if (!(error instanceof NotCanonical)) throw error;
  }
  assertLength(text, Math.min(maxLength, MAX_FOREIGN));
  // The default export, because a bundle of a CommonJS package has no other. It is asked for once:
  // where a loader of TypeScript is at work, each `import()` takes a millisecond.
  loading ??= import("yaml").then(({ default: yaml }) => yaml);
  const yaml = await loading;
  try {
    return readForeignYaml(yaml, text);
  } catch (error) {
    if (error instanceof Refused) throw bad(error.message, error);
    if (error instanceof RangeError) throw bad("it is nested too deep", error);
    throw error;
  }
}

function assertLength(text: string, limit: number): void {
  if (text.length <= limit) return;
  throw bad(`it has ${text.length} characters, of at most ${limit}`);
}

function bad(reason: string, cause?: Error): RedunError {
  return new RedunError(
    "BAD_RECORD",
    `Not a YAML document that can be read as a record: ${commentText(reason)}`,
    "Records are plain YAML 1.2: see docs/format.md. A damaged file can be fetched again.",
    { cause },
  );
}
