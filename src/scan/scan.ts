import type { GitConfig, Oid } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import { secretValues } from "../log/secret-values.ts";
import { parsePath, type RecordPath } from "../record/layout.ts";
import { MAX_RECORD_BYTES } from "../record/size.ts";
import {
  HIDDEN,
  redactText,
  redactWords,
  type SecretRule,
  SHORTEST_VALUE,
  secretRule,
} from "../redact.ts";
import { readAnyYaml } from "../value/yaml-any.ts";

/** A line of a record that looks as if it held a secret. */
export interface SecretFound {
  readonly path: string;
  /** Counted from 1. Of a word of a command line that of `argv:`. */
  readonly line: number;
  /** `word`: the word of a command line after an option whose name is that of a secret. */
  readonly rule: SecretRule | "word" | "variable";
  /** The line as it may be shown: what looks like the secret is cut. */
  readonly shown: string;
}

/** What is looked for, and what is known to be none. */
export interface ScanSettings {
  /** Texts that no record may hold: the values of variables. */
  readonly values: readonly string[];
  /** Files whose path holds one of these are left out. */
  readonly ignored: readonly string[];
}

/** Files that are read at once. */
const BATCH = 128;

/** By git config `redun.secretEnv` (names of variables) and `redun.scanIgnore` (parts of paths: an id). */
export function scanSettings(config: GitConfig, env: NodeJS.ProcessEnv): ScanSettings {
  return {
    values: secretValues(config, env).filter(({ length }) => length >= SHORTEST_VALUE),
    ignored: config.getAll("redun.scanIgnore").filter((part) => part !== ""),
  };
}

/** Looks through the records that a commit holds and another one (null: none) does not. */
export async function* secretsIn(
  log: Log,
  from: Oid | null,
  tip: Oid,
  { values, ignored }: ScanSettings,
): AsyncGenerator<SecretFound> {
  let batch: { path: string; oid: Oid; place: RecordPath }[] = [];
  async function* flush() {
    const files = batch;
    batch = [];
    const sizes = await log.backend.sizes(files.map(({ oid }) => oid));
    const read = files.filter((_, at) => (sizes[at] ?? 0) <= MAX_RECORD_BYTES);
    let next = 0;
    for await (const { text } of log.read(read.map(({ oid }) => oid))) {
      const { path, place } = read[next++]!;
      yield* secretsInRecord(path, place, text, values);
    }
  }
  for await (const { path, oid, kind, refused } of log.backend.changes(from, tip)) {
    const place = kind === "deleted" || refused !== undefined ? null : parsePath(path);
    if (!place || ignored.some((part) => path.includes(part))) continue;
    if (batch.push({ path, oid, place }) >= BATCH) yield* flush();
  }
  yield* flush();
}

async function* secretsInRecord(
  path: string,
  place: RecordPath,
  text: string,
  values: readonly string[],
): AsyncGenerator<SecretFound> {
  // In a program `password: string` is no secret.
  const byName = place.kind !== "task";
  for (const [at, content] of text.split("\n").entries()) {
    const line = at + 1;
    const value = values.find((one) => content.includes(one));
    const rule = value === undefined ? secretRule(content, byName) : "variable";
    if (rule === null) continue;
    const cut = value === undefined ? content : content.replaceAll(value, HIDDEN);
    yield { path, line, rule, shown: redactText(cut).trim().slice(0, WIDTH) };
  }
  if (place.kind === "execution") yield* secretWords(path, text);
}

/** Of a line that is shown, in characters. */
const WIDTH = 100;

/** `--password x` is two words, and two lines. */
async function* secretWords(path: string, text: string): AsyncGenerator<SecretFound> {
  const record = (await readAnyYaml(text).catch(() => null)) as { argv?: unknown } | null;
  const argv = Array.isArray(record?.argv) ? record.argv.map(String) : [];
  const line = text.slice(0, text.search(/^argv:/m)).split("\n").length;
  for (const [at, word] of redactWords(argv).entries()) {
    if (word !== HIDDEN || argv[at] === HIDDEN || secretRule(argv[at]!, true)) continue;
    yield { path, line, rule: "word", shown: `${argv[at - 1]} ${HIDDEN}` };
  }
}
