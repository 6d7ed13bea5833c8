/**
 * Logs for a reader of docs/format.md, sound ones and such as a bad remote could serve. Each is one execution that is
 * sound, and what stands beside it. docs/conformance.md says how a reader is judged by them.
 */
import { createHash } from "node:crypto";
import { tagsFolder, taskPath } from "../../src/record/layout.ts";
import { madeRun, madeStart, startFile } from "../support/made-records.ts";

/** A file or another entry of the log's tree. */
export interface Entry {
  readonly path: string;
  /** Its content; of a submodule a commit's id. */
  readonly content: string | Buffer;
  readonly mode?: "100644" | "120000" | "160000";
}

export interface Case {
  readonly name: string;
  /** The section of docs/format.md that says so. */
  readonly section: string;
  /** `sound`: a reader believes all of it. `hostile`: it refuses the log, or leaves out what is not sound. */
  readonly kind: "sound" | "hostile";
  readonly entries: readonly Entry[];
  /** The executions of a reader that goes on. */
  readonly executions: readonly string[];
  /** What is not to be believed: no output has any of these. */
  readonly planted: readonly string[];
}

const base = madeRun(1);
const BASE: readonly Entry[] = base.files.map(({ path, text }) => ({ path, content: text }));
const OUTCOME = base.files.find(({ path }) => path.includes("/outcome-"))!.path;
const MARK = "planted-by-eve";
const { id, file: start } = startFile(madeStart({ nonce: MARK, user: "eve" }));
const text = start.text;

/** An execution beside the sound one, whose path and id fit its content, whatever that is. */
function execution(content: string | Buffer): { entry: Entry; id: string } {
  const bytes = Buffer.from(content);
  const id = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  const folder = start.path.split("/").slice(0, 3).join("/");
  return { entry: { path: `${folder}/${id.slice(0, 2)}/${id}/execution.yaml`, content }, id };
}

function hostile(name: string, section: string, content: string | Buffer): Case {
  const { entry, id } = execution(content);
  return made("hostile", name, section, [entry], [id]);
}

function sound(name: string, section: string, content: string): Case {
  const { entry, id } = execution(content);
  return { ...made("sound", name, section, [entry], []), executions: [base.id, id] };
}

function made(
  kind: Case["kind"],
  name: string,
  section: string,
  entries: readonly Entry[],
  planted: readonly string[],
): Case {
  return { name, section, kind, entries: [...BASE, ...entries], executions: [base.id], planted };
}

/** The start with another value of a field that is one line. */
function withField(field: string, value: string): string {
  const lines = text.split("\n");
  return lines
    .map((line) => (line.startsWith(`${field}:`) ? `${field}: ${value}` : line))
    .join("\n");
}

/** The start with a list of tags, as YAML. */
function withTags(yaml: string): string {
  return text.replace(/^tags: .*\n|^nonce:/m, (line) =>
    line === "nonce:" ? `tags:\n${yaml}nonce:` : `tags:\n${yaml}`,
  );
}

/** A time is in the years 0001 to 9999. */
function far(): Case {
  const { id, file } = startFile({ ...madeStart(), started: "9999-12-31T23:59:59.999Z" });
  const entry = { path: file.path, content: file.text };
  return {
    ...made("sound", "the last moment that there is", "4", [entry], []),
    executions: [base.id, id],
  };
}

/** Each name stands for ten of the one before: a billion in ten lines. */
function bomb(): string {
  const names = "abcdefghij".split("");
  const lines = names.map((name, at) => {
    const of = at === 0 ? '"x"' : `*${names[at - 1]}`;
    return `  - ${name}: &${name} [${Array.from({ length: 10 }, () => of).join(", ")}]`;
  });
  return withTags(`${lines.join("\n")}\n`);
}

export const CASES: readonly Case[] = [
  made("sound", "one execution", "5", [], []),
  far(),
  sound("escape sequences in a text", "13", withField("user", '"\\e[2J\\e]0;gone\\a"')),
  sound("a key that is a prototype's", "13", withTags("  - __proto__:\n      polluted: true\n")),
  sound("a tag that is a text", "6", withTags("  - note: new\n")),
  hostile("aliases", "13", bomb()),
  hostile("a merge key", "13", withTags("  - note:\n      <<: {a: 1}\n")),
  hostile("a key that stands twice", "13", `${text}user: mallory\n`),
  hostile("a key that is no text", "13", withTags("  - ? [a]\n    : 1\n")),
  hostile("several documents", "13", `${text}---\n${text}`),
  hostile("an object of a language", "13", withField("user", "!!python/object/apply:os.getcwd []")),
  hostile(
    "nested too deep",
    "13",
    withTags(`  - note: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`),
  ),
  hostile("an integer of too many digits", "13", withTags(`  - note: ${"9".repeat(1_000_000)}\n`)),
  hostile("bytes that are no UTF-8", "13", Buffer.concat([Buffer.from(text), Buffer.from([0xff])])),
  hostile("a field of another type", "5.2", withField("user", "[eve]")),
  hostile("a time that does not exist", "4", withField("started", "2026-02-31T00:00:00.000Z")),
  hostile("a field that is missing", "5.2", withField("user", "eve").replace(/^user: .*\n/m, "")),
  made("hostile", "an id that lies", "3", [{ path: lying("e"), content: text }], [ID("e"), id]),
  made(
    "hostile",
    "a link",
    "2",
    [{ path: start.path, content: "/etc/passwd", mode: "120000" }],
    [id],
  ),
  made(
    "hostile",
    "a submodule",
    "2",
    [{ path: start.path, content: "1".repeat(40), mode: "160000" }],
    [id],
  ),
  made(
    "hostile",
    "a task under another id",
    "3",
    [{ path: taskPath(ID("a")), content: MARK }],
    [MARK],
  ),
  made(
    "hostile",
    "tags under another id",
    "5.7",
    [
      {
        path: `${tagsFolder(base.id)}/${ID("b")}.yaml`,
        content: `kind: tags\nversion: 1\nExecution: ${base.id}\nedits:\n  - tag:\n      note: ${MARK}\n`,
      },
    ],
    [MARK],
  ),
  made(
    "hostile",
    "an outcome that is none",
    "5.4",
    [{ path: OUTCOME.replace(/outcome-\w+/, `outcome-${ID("c")}`), content: `reason: ${MARK}\n` }],
    [MARK],
  ),
];

function ID(digit: string): string {
  return digit.repeat(40);
}

function lying(digit: string): string {
  return start.path.replaceAll(id, ID(digit)).replace(`/${id.slice(0, 2)}/`, `/${digit}${digit}/`);
}
