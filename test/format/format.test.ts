/**
 * docs/format.md is a promise. Here it is held to it: every example in it is checked, and a reader
 * and a writer in Python that know nothing but the document meet what redun-git reads and writes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { Log } from "../../src/log/log.ts";
import { mergeLogs } from "../../src/log/merge.ts";
import { jobId } from "../../src/record/encode.ts";
import { parsePath } from "../../src/record/layout.ts";
import type { CodeFile } from "../../src/record/records.ts";
import { blobId } from "../../src/value/oid.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { cli as command, jsonLines, kill, record, runInThread, start } from "../support/cli.ts";
import { oneOf, repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";
import { skipped, unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";
import { value } from "../value/arbitrary.ts";
import { LONE_SURROGATES, STRINGS, VALUES } from "../value/corpus.ts";
import { python } from "../value/python.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const REF = "refs/redun/main";

const text = readFileSync(join(ROOT, "docs", "format.md"), "utf8");

interface DocumentedFile {
  readonly path: string;
  readonly id: string;
  readonly yaml: string;
}

/** The checks of a record against its schema: what is wrong, or null. */
function schemaErrors(kind: string, record: unknown): string | null {
  const schema = readFileSync(join(ROOT, "schemas", `${kind}.schema.json`), "utf8");
  const ajv = new Ajv({ allowUnionTypes: true });
  // By way of JSON, in which times are the text that the schemas describe.
  const valid = ajv.validate(JSON.parse(schema), JSON.parse(JSON.stringify(record)));
  return valid ? null : ajv.errorsText();
}

const files: readonly DocumentedFile[] = [
  ...text.matchAll(/^File `([^`]+)`, object `([^`]+)`:\n\n```yaml\n(.*?)^```$/gms),
].map(([, path, id, yaml]) => ({ path: path!, id: id!, yaml: yaml! }));

const document = suite("docs/format.md");

document("has an example of every kind of record that is in every log", () => {
  const kinds = new Set(files.map(({ path }) => parsePath(path)?.kind));
  const all = ["execution", "format", "jobs", "outcome", "tags", "task", "value"];
  assert.equal([...kinds].sort(), all);
});

for (const { path, id, yaml } of files) {
  document(path, () => {
    assert.is(
      execFileSync("git", ["hash-object", "--stdin"], { input: yaml }).toString(),
      `${id}\n`,
    );
    assert.ok(path === "format.yaml" || path.includes(id), "the path names the id");
    assert.is(writeYaml(readYaml(yaml, { exact: true })), yaml);
    const kind = parsePath(path)!.kind;
    if (kind === "value") return;
    assert.is(schemaErrors(kind, readYaml(yaml)), null);
  });
}

document("every other piece of YAML is canonical", () => {
  const pieces = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml]) => yaml!);
  assert.ok(pieces.length > files.length);
  for (const yaml of pieces) assert.is(writeYaml(readYaml(yaml, { exact: true })), yaml);
});

document("the jobs of another execution are jobs, with calls that the document computes", () => {
  const [, yaml] = /^```yaml\n(- id: .*?)^```$/ms.exec(text)!;
  const jobs = readYaml(yaml!) as { call: string; index: number; late?: true }[];
  const segment = { kind: "jobs", version: 1, execution: "x", jobs };
  assert.is(schemaErrors("jobs", segment), null);
  assert.is(
    jobs.map(({ index, late = false }) => `${index} ${late}`).join(),
    "1 false,3 false,4 true",
  );
  assert.ok(text.includes(`git hash-object --stdin\n${jobs[0]!.call}\n`));
  assert.ok(text.includes(`\\n  - ${jobs[1]!.call}\\n'`), "the failed child is among the children");
  assert.is(text.split(jobs[2]!.call).length, 2, "the late one is not");
});

document("every command prints what it is said to print", () => {
  const sessions = [...text.matchAll(/^```console\n(.*?)^```$/gms)].map(([, session]) => session!);
  const steps = sessions.flatMap((session) => [...session.matchAll(/^\$ (.*)\n([^$]*)/gm)]);
  assert.ok(steps.length >= 10);
  const hasSha512 = spawnSync("sh", ["-c", "command -v sha512sum"]).status === 0;
  if (!hasSha512) skipped("hashes of tags", "no sha512sum");
  const { dir } = temporaryRepository();
  for (const [, command, printed] of steps) {
    if (command!.includes("sha512sum") && !hasSha512) continue;
    assert.is(execFileSync("sh", ["-c", command!], { cwd: dir, encoding: "utf8" }), printed);
  }
});

for (const open of oneOf([openNative, openIsomorphic])) {
  document(`the merge commit is what ${open.name} makes`, async () => {
    const { dir, git } = temporaryRepository();
    const printed = /printf '(tree .*)' \| git hash-object -t commit --stdin\n(\w+)/g;
    const commits = [...text.matchAll(printed)].map(([, body, id]) => ({ body: body!, id: id! }));
    const edits = files.filter(({ path }) => path.startsWith("tags/"));
    const trees = [edits, edits.slice(1), edits.slice(0, 1)].map((lacking) => {
      return files.filter((file) => !lacking.includes(file));
    });
    for (const [at, tree] of trees.entries()) {
      git("read-tree", "--empty");
      for (const { path, yaml } of tree) {
        const id = store(dir, "blob", yaml);
        git("update-index", "--add", "--cacheinfo", `100644,${id},${path}`);
      }
      const { body, id } = commits[at]!;
      assert.ok(body.startsWith(`tree ${git("write-tree")}\\n`));
      assert.is(store(dir, "commit", body.replaceAll("\\n", "\n")), id);
    }
    const [, ann, bob, merge] = commits.map(({ id }) => id);
    const backend = open(findRepository(dir));
    try {
      for (const [ours, theirs] of [
        [ann!, bob!],
        [bob!, ann!],
      ] as const) {
        git("update-ref", REF, ours);
        const merged = await mergeLogs(new Log(backend, REF), { commit: theirs, name: "theirs" });
        assert.is(merged.after, merge);
      }
      assert.is(git("ls-tree", "-r", "--name-only", REF).split("\n").length, files.length);
    } finally {
      await backend.close();
    }
  });
}

document("the table of texts is right about quotes", () => {
  const rows = [...text.matchAll(/^\| (`[^|]*) \| (plain) \| \| (`[^|]*) \| quoted .*\|$/gm)];
  assert.ok(rows.length >= 8);
  const texts = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, one]) => one!);
  for (const [, left, , right] of rows) {
    for (const one of texts(left!)) assert.is(writeYaml(one), `${one}\n`);
    for (const one of texts(right!)) assert.is(writeYaml(one), `"${one}"\n`);
  }
});

document.run();

/** A workflow of everything that jobs can be, in JavaScript so that the library runs it too. */
const WORKFLOW = `
import { applyTags, Dir, File, glob, registerCodec, task } from "redun-git";
class Point { constructor(x) { this.x = x; } }
registerCodec(Point, { name: "Point", encode: ({ x }) => ({ x }), decode: ({ x }) => new Point(x) });
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export const namespace = "examples.format";
export const numbers = task({ tags: { team: "qa", "a b": [1, 2.5, { c: null }] } }, (n, ...rest) =>
  applyTags([n, -0, 0.1, 1e16, 12345678901234567890n, ...rest], {
    tags: { quality: "high" },
    jobTags: { cost: 3.2 },
    executionTags: [["stage", "alpha"], ["stage", "no"]],
  }));
export const strange = task((value) => ({
  value, set: new Set(["a", [1]]), map: new Map([[null, "~"]]), bytes: Buffer.from("d76df8", "hex"),
  date: new Date(0), when: "2026-11-22T09:43:43.512Z", big: 7n, fn: wait, none: undefined,
  "1": "1", no: "no", " key ": "two\\nlines", "\\u{1f600}": 1, "\\uffee": 2, error: new TypeError("x"),
}));
export const large = task(() => "Zo\\u00eb says: hello\\n".repeat(500));
export const read = task((text, { from = 0 } = {}) => text.length - from);
export const files = task((set) => ({ set, point: new Point([1]), stat: new File("workflow.mjs", { by: "stat" }), none: new Dir("none") }));
export const secret = task({ record: "hash" }, (key) => key + key);
/** Say something.
 *
 * In two paragraphs.
 */
export const main = task({ version: "1" }, function main(greet = "Hello") {
  return [numbers(greet, 1), strange({ greet }), read(large(), { from: 3 }), secret("s3cret"), numbers(1), files(glob("*.mjs"))];
});

export const slow = task(async () => (await wait(40), 1));
export const bad = task({ tags: { bad: true } }, () => { throw new RangeError("no: #1\\n  such"); });
export const both = task(() => [slow(), bad(), bad()]);
/** One child goes on when its parent has failed already. */
export const late = task(async () => { try { await both(); } catch { await wait(90); } return null; });
export const nothing = task(() => { throw undefined; });
export const hang = task(async () => { await read("abc"); return [slow(), wait(60_000), never(slow())]; });
export const never = task(() => wait(60_000));
`;

const LIBRARY = `
import { Scheduler } from "redun-git";
import { late, main } from "./workflow.mjs";
const scheduler = new Scheduler();
await scheduler.run({ a: main("library"), b: [late()] }, { tags: [["source", "s1"], ["source", "s2"]] });
`;

/** Writes an object into a repository, and returns its id. */
function store(cwd: string, type: string, input: string): string {
  const args = ["hash-object", "-w", "-t", type, "--stdin"];
  return execFileSync("git", args, { cwd, input, encoding: "utf8" }).trim();
}

interface Ids {
  readonly execution: string;
  readonly job: string;
  readonly task: string;
  readonly call: string;
}

/** One execution as either reader tells it. */
interface Told {
  readonly id: string;
  readonly status: string;
  readonly started: string;
  readonly ended: string | null;
  readonly reason: string | null;
  readonly tags: readonly string[];
  readonly jobs: string;
  readonly modules: readonly CodeFile[];
}

interface Page {
  readonly modules?: readonly CodeFile[];
}

/** Runs the command line as it is published, and returns what it printed where it should. */
function cli(dir: string, args: readonly string[], status = 0): { stdout: string; stderr: string } {
  const result = command(dir, args);
  assert.is(result.status, status, `redun-git ${args.join(" ")}: ${result.stderr}`);
  return result;
}

function runPython(script: string, args: readonly string[]) {
  // No __pycache__ beside the scripts.
  return spawnSync("python3", ["-B", join(HERE, script), ...args], { encoding: "utf8" });
}

/** What the independent reader finds. It fails on whatever is not as the document says. */
function readWithPython(dir: string): Told[] {
  const { status, stdout, stderr } = runPython("reader.py", [dir]);
  assert.is(status, 0, stderr);
  type Line = Omit<Told, "tags" | "jobs"> & { tags: Tag[]; jobs: Record<string, number> };
  return jsonLines(stdout).map(({ tags, jobs, ...told }: Line) => ({
    ...told,
    tags: tagTexts(tags),
    jobs: jobCounts((status) => jobs[status] ?? 0),
  }));
}

/** The same from `redun-git log`. The numbers of jobs are on the page of each execution alone. */
function readWithCli(dir: string, warning = /^$/): Told[] {
  type Line = {
    id: string;
    status: string;
    start_time: string;
    end_time: string;
    reason?: string;
    tags: Tag[];
  };
  const listed = cli(dir, ["log", "--format", "json"]);
  assert.match(listed.stderr, warning);
  const lines: Line[] = jsonLines(listed.stdout);
  return lines
    .map(({ id, status, start_time, end_time, reason = null, tags }) => {
      const { stdout } = cli(dir, ["log", id]);
      const [page]: Page[] = jsonLines(cli(dir, ["log", id, "--format", "json"]).stdout);
      const counts = /^Jobs: (\d+) \((.*)\)$/m.exec(stdout)!;
      const jobs = new Map(
        counts[2]!.split(", ").map((count) => count.split(": ") as [string, string]),
      );
      return {
        id,
        status,
        started: start_time,
        ended: end_time,
        reason,
        tags: tagTexts(tags),
        jobs: jobCounts((name) => Number(jobs.get(name))),
        modules: page!.modules ?? [],
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface Tag {
  readonly key: string;
  readonly value: unknown;
}

function tagTexts(tags: readonly Tag[]): string[] {
  return tags.map(({ key, value }) => `${key}=${JSON.stringify(value)}`).sort();
}

function jobCounts(count: (status: string) => number): string {
  return ["DONE", "CACHED", "FAILED"].map((status) => `${status} ${count(status)}`).join(", ");
}

/** A file with other text, at the path that then is right. */
function changed(
  file: DocumentedFile,
  from: string | RegExp,
  to: string | ((found: string) => string),
): DocumentedFile {
  const yaml = file.yaml.replace(from, to as string);
  assert.is.not(yaml, file.yaml);
  return { id: blobId(yaml), yaml, path: file.path.replace(file.id, blobId(yaml)) };
}

/** Commits files as they are, without anything of ours. */
function commit({ dir, git }: TemporaryRepository, added: readonly DocumentedFile[]): void {
  const tip = git("for-each-ref", "--format=%(objectname)", REF);
  const head = `commit ${REF}\ncommitter Other <other@example.com> 1795000000 +0000\ndata 0\n`;
  const blobs = added.map(
    ({ path, yaml }) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(yaml)}\n${yaml}\n`,
  );
  const input = `${head}${tip ? `from ${tip}\n` : ""}${blobs.join("")}\n`;
  execFileSync("git", ["fast-import", "--quiet", "--date-format=raw"], { cwd: dir, input });
}

function recordedFiles({ dir, git }: TemporaryRepository): DocumentedFile[] {
  const listed = git("ls-tree", "-r", REF).split("\n");
  const entries = listed.map((line) => line.split(/\s/).slice(2) as [id: string, path: string]);
  const input = entries.map(([id]) => `${id}\n`).join("");
  let rest = execFileSync("git", ["cat-file", "--batch"], { cwd: dir, input });
  return entries.map(([id, path]) => {
    const start = rest.indexOf("\n") + 1;
    const end = start + Number(rest.toString("latin1", 0, start).split(" ")[2]);
    const yaml = rest.toString("utf8", start, end);
    rest = rest.subarray(end + 1);
    return { id, path, yaml };
  });
}

const programs = suite("independent programs, from docs/format.md alone");
const pythonHasYaml = spawnSync("python3", ["-c", "import yaml"]).status === 0;
const independent = unless(pythonHasYaml ? null : "no python3 with yaml", programs);

independent("the documented files are a log", () => {
  const repository = temporaryRepository();
  commit(repository, files);
  const [told, ...more] = readWithPython(repository.dir);
  assert.equal(more, []);
  assert.equal(readWithCli(repository.dir), [told]);
  // Section 9.2 names them.
  const named = /has these current tags: (.*?)\.$/ms.exec(text)![1]!;
  const current = [...named.matchAll(/`([^`]+)`/g)].map(([, tag]) => tag!.split("=")[0]);
  assert.equal(
    told!.tags.map((tag) => tag.split("=")[0]),
    current,
  );
  assert.ok(told!.tags.includes('env="prod"'));
});

independent("canonical YAML, of every value", () => {
  const values: unknown[] = [...STRINGS, ...LONE_SURROGATES, ...VALUES];
  values.push(...STRINGS.map((one) => [{ [one]: one, list: [one] }]));
  values.push(...VALUES.map((one) => [{ k: one }, [one]]));
  values.push(...fc.sample(value, { numRuns: repeats(500), seed: 1 }));
  const script = `
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(HERE)})
sys.setrecursionlimit(20000)
import canonical, yaml
def answer(text):
    return canonical.node(yaml.load(text, canonical.ExactLoader), 0, "")
`;
  const texts = values.map(writeYaml);
  const answers = python("canonical YAML in Python", ["yaml"], script, texts);
  for (const [at, answer] of answers!.entries()) assert.is(answer, texts[at]);
});

for (const objectFormat of ["sha1", "sha256"] as const) {
  independent(`what redun-git writes, in a repository of ${objectFormat}`, async () => {
    const repository = temporaryRepository({ objectFormat });
    const { dir, git } = repository;
    git("remote", "add", "origin", "https://user:password@example.com/x.git");
    writeFileSync(join(dir, "workflow.mjs"), WORKFLOW);
    git("add", "-A");
    git("commit", "-q", "-m", "begin");

    const given = ["-t", "env=dev", "-t", "n=1.0", "--doc", "a\nb"];
    cli(dir, ["run", "-q", ...given, "workflow.mjs", "main"]);
    record(dir, ["workflow.mjs", "late"]);
    for (const name of ["nothing", "both"]) {
      assert.is(runInThread(dir, ["-q", "workflow.mjs", name]).status, 1);
    }
    runLibrary(dir);
    await runAndKill(dir);
    assert.match(cli(dir, ["log"]).stderr, /interrupted/);

    const [first] = readWithPython(dir);
    const id = first!.id.slice(0, 12);
    const tags = [
      "env=prod",
      "n=1",
      'cfg={"b": [1, 1.0, "\u00e9\ud83d\ude00"], "a": null}',
      "\u00e9=",
    ];
    cli(dir, ["tag", "add", id, ...tags]);
    // The same again changes nothing.
    cli(dir, ["tag", "add", id, ...tags]);

    const told = readWithPython(dir);
    assert.equal(told, readWithCli(dir));
    assert.equal(told.map(({ status }) => status).sort(), [
      ...["DONE", "DONE", "DONE", "FAILED", "FAILED", "INTERRUPTED"],
    ]);
    assert.ok(told[0]!.tags.includes("n=1"));
    const recorded = recordedFiles(repository);
    for (const { path, yaml } of recorded) {
      assert.is(writeYaml(readYaml(yaml, { exact: true })), yaml, path);
    }
    // What the readers agree on is there at all.
    const segments = recorded.filter(({ path }) => path.includes("/jobs-"));
    assert.ok(segments.some(({ yaml }) => yaml.includes("\n    late: true\n")));
    const errors = segments.flatMap(
      ({ yaml }) => yaml.match(/^ {4}error: !error\n( {6}.*\n)+/gm) ?? [],
    );
    assert.ok(errors.some((error) => error.includes("workflow.mjs:")));
    for (const error of errors) assert.not.match(error, /node:|\/dist\/|AsyncLocalStorage/);
  });

  independent(`what the other writer writes, in a repository of ${objectFormat}`, () => {
    const repository = temporaryRepository({ objectFormat });
    const { dir } = repository;
    const times = ["2026-01-02T03:04:05.678Z", "2026-02-03T04:05:06.789Z"];
    for (const started of times) {
      const { status, stdout, stderr } = runPython("writer.py", [dir, started]);
      assert.is(status, 0, stderr);
      const [ids]: Ids[] = jsonLines(stdout);
      const page = cli(dir, ["log", ids!.execution]);
      assert.is(page.stderr, "");
      assert.match(page.stdout, /mean --all 1\.50 \(env=prod, written_by=/);
      assert.match(page.stdout, /Jobs: 2 \(DONE: 1, CACHED: 0, FAILED: 1\)/);
      assert.is(ids!.job, jobId(ids!.execution, 0, objectFormat));
      const job = JSON.parse(cli(dir, ["log", ids!.job, "--format", "json"]).stdout);
      assert.is(job.call, ids!.call);
      assert.equal(job.result, { by: "aGk=", mean: 1.5, no: "yes" });
    }
    for (const { path, id, yaml } of recordedFiles(repository)) {
      assert.is(blobId(yaml, objectFormat), id);
      assert.is(writeYaml(readYaml(yaml, { exact: true })), yaml, path);
    }
    const told = readWithPython(dir);
    assert.is(told.length, 2);
    assert.equal(told, readWithCli(dir));
  });
}

independent("damage is found", () => {
  const execution = files.find(({ path }) => path.endsWith("execution.yaml"))!;
  const segment = files.find(({ path }) => path.includes("/jobs-"))!;
  const others = files.filter((file) => file !== execution && file !== segment);
  const inSegment = (from: string | RegExp, to: string) => [execution, changed(segment, from, to)];
  const damages: readonly (readonly [DocumentedFile[], RegExp])[] = [
    [[{ ...execution, yaml: execution.yaml.replace("env: dev", "env: qa") }, segment], /id is not/],
    [
      [execution, { ...segment, yaml: segment.yaml.replace("World", "Mars") }],
      /id is not the name/,
    ],
    [inSegment("result: World", "result: Mars"), /another call/],
    [inSegment("greet: Hi4", "greet: Hi5"), /another call/],
    [inSegment(/- id: ..../, "- id: beef"), /has another id/],
    [inSegment("index: 2", "index: 3"), /has another id/],
    [inSegment("index: 2", "index: 1"), /order of their indexes/],
    [inSegment(/task_hash: ..../, "task_hash: beef"), /task of job/],
    [inSegment("    args: {}\n", "    late: true\n    args: {}\n"), /another call/],
    [[{ ...execution, path: execution.path.replace("11-22", "11-23") }, segment], /wrong day/],
  ];
  refuses(damages.map(([damaged, message]) => [[...others, ...damaged], message]));
});

/** The independent reader refuses each of these logs, with a message. */
function refuses(logs: readonly (readonly [readonly DocumentedFile[], RegExp])[]): void {
  const script = `
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(HERE)})
import reader
def answer(repository):
    try:
        return {"read": list(reader.Log(repository, ${JSON.stringify(REF)}).lines())}
    except reader.Damaged as damage:
        return {"damaged": str(damage)}
`;
  const repositories = logs.map(([files]) => {
    const repository = temporaryRepository();
    commit(repository, files);
    return repository;
  });
  const dirs = repositories.map(({ dir }) => dir);
  const answers = python("damaged logs in Python", ["yaml"], script, dirs);
  for (const [at, [, message]] of logs.entries()) {
    const { damaged } = answers![at] as { damaged?: string };
    assert.match(damaged ?? `not refused: ${JSON.stringify(answers![at])}`, message);
  }
  for (const repository of repositories) repository.remove();
}

independent("what is no record is left out by one reader and refused by the other", () => {
  const segment = files.find(({ path }) => path.includes("/jobs-"))!;
  const outcome = files.find(({ path }) => path.includes("/outcome-"))!;
  const edits = files.find(({ path }) => path.startsWith("tags/"))!;
  const item = (more: string) => `tagged:\n  - Value: "1"\n${more}    tags:\n      - a: 1\n`;
  const broken: readonly (readonly [DocumentedFile, DocumentedFile, RegExp])[] = [
    [segment, changed(segment, /^ {4}index: 1\n/m, ""), /index/],
    [segment, changed(segment, "index: 1", "index: 1048576"), /index/],
    [segment, changed(segment, "index: 1", "index: 1.5"), /index/],
    [segment, changed(segment, "    args: {}", "    late: false\n    args: {}"), /late/],
    [segment, changed(segment, "- cost: 3.2", '- "": 3.2'), /tag/],
    [segment, changed(segment, "- cost: 3.2", "- cost: 3.2\n        more: 1"), /tag/],
    [segment, changed(segment, /tagged:\n.*/s, item("").replace("Value", "Thing")), /tag/],
    [segment, changed(segment, /started: 2026-11-2/, "started: 2026-11-3"), /there is no|day/],
    [outcome, changed(outcome, /ended: \S+/, "ended: 2026-02-31T00:00:00.000Z"), /there is no/],
    [outcome, changed(outcome, /ended: \S+/, "ended: 2027-02-29T00:00:00.000Z"), /there is no/],
    [outcome, changed(outcome, /ended: \S+/, "ended: 2026-11-22T24:00:00.000Z"), /there is no/],
    [outcome, changed(outcome, /ended: \S+/, "ended: 2026-11-22T23:59:60.000Z"), /there is no/],
    [outcome, changed(outcome, "Z\n", "+00:00\n"), /time|pattern/],
    [edits, changed(edits, "note: two words", '"": two words'), /tag/],
  ];
  refuses(
    broken.map(([whole, part, message]) => {
      return [[...files.filter((file) => file !== whole), part], message];
    }),
  );
  // The command line names the first few of what it leaves out.
  const all = temporaryRepository();
  const wholes = new Set(broken.map(([whole]) => whole));
  commit(all, [...files.filter((file) => !wholes.has(file)), ...broken.map(([, part]) => part)]);
  const [told] = readWithCli(all.dir, /left out/);
  assert.is(`${told!.status}, ${told!.jobs}`, "RUNNING, DONE 0, CACHED 0, FAILED 0");
  assert.not.ok(told!.tags.includes('note="two words"'));
  // Unknown fields are no damage, of an item of `tagged` either.
  const repository = temporaryRepository();
  const more = changed(segment, /tagged:\n.*/s, item("    since: 2\n"));
  commit(repository, [...files.filter((file) => file !== segment), more]);
  assert.equal(readWithCli(repository.dir), readWithPython(repository.dir));
});

independent("bytes that are not UTF-8 are no record", () => {
  const { dir, git } = temporaryRepository();
  const whole = files.find(({ path }) => path.includes("/outcome-"))!;
  const bytes = Buffer.from(`${whole.yaml}note: "\xe9"\n`, "latin1");
  const input = { cwd: dir, input: bytes };
  const id = execFileSync("git", ["hash-object", "-w", "--stdin"], input).toString().trim();
  commit(
    { dir, git } as TemporaryRepository,
    files.filter((file) => file !== whole),
  );
  git("read-tree", REF);
  const path = whole.path.replace(whole.id, id);
  git("update-index", "--add", "--cacheinfo", `100644,${id},${path}`);
  git("update-ref", REF, git("commit-tree", "-m", "bytes", "-p", REF, git("write-tree")));
  const { status, stderr } = runPython("reader.py", [dir]);
  assert.is(status, 1);
  assert.match(stderr, /utf-8/);
  assert.ok(cli(dir, ["log"]).stderr.includes(`${path} is left out`));
});

independent("of two outcomes all readers take the same", () => {
  const repository = temporaryRepository();
  const execution = files.find(({ path }) => path.endsWith("execution.yaml"))!;
  const early = "2026-11-22T23:00:00.000Z";
  const late = "2026-11-23T00:00:00.000Z";
  /** Each beats those before it. */
  const outcomes = [
    ["INTERRUPTED", early],
    ["INTERRUPTED", late],
    ["DONE", early],
    ["FAILED", early],
    ["DONE", late],
    ["FAILED", late],
    ["FAILED", late, `${"1".repeat(40)} "a"`],
    ["FAILED", late, `${"2".repeat(40)} "a"`],
  ] as const;
  const expected = new Map<string, string>();
  // In two commits, between which the index is brought up to date.
  const commits: DocumentedFile[][] = [[], []];
  for (const [a, first] of outcomes.entries()) {
    for (const [b, second] of outcomes.entries()) {
      const nonce = `nonce: ${a} and ${b}`;
      const yaml = execution.yaml.replace(/nonce: .*/, nonce);
      const id = blobId(yaml);
      const folder = `executions/2026/11-22/${id.slice(0, 2)}/${id}`;
      commits[0]!.push({ id, yaml, path: `${folder}/execution.yaml` });
      for (const [at, [status, ended, files]] of [first, second].entries()) {
        const [blob] = files?.split(" ") ?? [];
        const more = blob ? `files:\n  - path: a\n    blob: "${blob}"\n` : "";
        const yaml = `kind: outcome\nversion: 1\nexecution: ${id}\nstatus: ${status}\nended: ${ended}\n${more}`;
        commits[at]!.push({ id, yaml, path: `${folder}/outcome-${blobId(yaml)}.yaml` });
      }
      expected.set(id, outcomes[Math.max(a, b)]!.join(" "));
    }
  }
  for (const added of commits) {
    commit(repository, added);
    cli(repository.dir, ["log"]);
  }
  const text = (status: string, ended: string, files: readonly CodeFile[] = []) =>
    [status, ended, ...files.map(({ path, blob }) => `${blob} "${path}"`)].join(" ");
  for (const { id, status, ended, modules } of readWithPython(repository.dir)) {
    assert.is(text(status, ended!, modules), expected.get(id));
  }
  type Line = Page & { id: string; status: string; end_time: string };
  const listed: Line[] = jsonLines(cli(repository.dir, ["log", "--format", "json"]).stdout);
  assert.is(listed.length, outcomes.length ** 2);
  for (const { id, status, end_time } of listed) {
    const [page]: Page[] = jsonLines(cli(repository.dir, ["log", id, "--format", "json"]).stdout);
    assert.is(text(status, end_time, page!.modules), expected.get(id));
  }
});

independent("of a job in two segments the one that ended, or ended later, is taken", () => {
  const segment = files.find(({ path }) => path.includes("/jobs-"))!;
  const others = files.filter((file) => file !== segment);
  const [, job] = /id: (\w+)\n {4}index: 2\n/.exec(segment.yaml)!;
  const at = /index: 2\n.*?ended: (\S+)/s.exec(segment.yaml)![1]!;
  const late = "2026-11-23T00:00:00.000Z";
  const running = changed(segment, /index: 2\n.*/s, (jobs) =>
    jobs
      .replace(/tagged:.*/s, "")
      .replace("DONE", "RUNNING")
      .replace(/ {4}(call|ended|result): .*\n/g, ""),
  );
  const later = changed(segment, /index: 2\n.*/s, (jobs) => jobs.replace(at, late));
  for (const [worse, better, ended] of [
    [running, segment, at],
    [segment, later, late],
  ] as const) {
    for (const turns of [
      [worse, better],
      [better, worse],
    ]) {
      const repository = temporaryRepository();
      commit(repository, [...others, turns[0]!]);
      cli(repository.dir, ["log"]);
      commit(repository, [turns[1]!]);
      const told = readWithPython(repository.dir);
      assert.is(told[0]!.jobs, "DONE 3, CACHED 0, FAILED 0");
      assert.equal(readWithCli(repository.dir), told);
      const page = cli(repository.dir, ["log", job!, "--format", "json"]).stdout;
      assert.is(JSON.parse(page).end_time, ended);
      repository.remove();
    }
  }
});

independent("an empty branch becomes a log, and a branch of code does not", () => {
  const { dir, git } = temporaryRepository({ commit: true });
  writeFileSync(join(dir, "workflow.mjs"), WORKFLOW);
  git("branch", "code");
  const code = git("rev-parse", "code");
  cli(dir, ["run", "-q", "--ref", "refs/heads/code", "workflow.mjs", "nothing"], 1);
  assert.is(git("rev-parse", "code"), code);
  const empty = git("hash-object", "-t", "tree", "-w", "--stdin");
  git("update-ref", "refs/heads/records", git("commit-tree", empty, "-m", "for records"));
  cli(dir, ["run", "-q", "--ref", "refs/heads/records", "workflow.mjs", "nothing"], 1);
  const names = git("ls-tree", "--name-only", "records").split("\n");
  assert.equal(names, ["executions", "format.yaml", "tasks"]);
  const [told]: Told[] = jsonLines(runPython("reader.py", [dir, "records"]).stdout);
  assert.is(told!.status, "FAILED");
  const versions = ["0", "1.0", '"1"', "3", "null"];
  const formats = versions.map((version) => `format: redun-git\nversion: ${version}\n`);
  refuses(
    ["format: other\nversion: 1\n", "version: 1\n", "format: redun-git\n", ...formats].map(
      (yaml) => {
        return [[{ path: "format.yaml", id: "", yaml }], /format/];
      },
    ),
  );
  const repository = temporaryRepository();
  writeFileSync(join(repository.dir, "workflow.mjs"), WORKFLOW);
  for (const yaml of formats) {
    repository.git("update-ref", "-d", REF);
    commit(repository, [{ path: "format.yaml", id: "", yaml }]);
    const tip = repository.git("rev-parse", REF);
    assert.is(runInThread(repository.dir, ["-q", "workflow.mjs", "slow"]).status, 1);
    assert.is(repository.git("rev-parse", REF), tip);
  }
});

programs.run();

/** Runs a program of a user of the library, for whom `redun-git` is dist/index.js. */
function runLibrary(dir: string): void {
  const url = JSON.stringify(new URL("../../dist/index.js", import.meta.url).href);
  for (const [name, source] of [
    ["library.mjs", LIBRARY.replace("./workflow.mjs", "./library-workflow.mjs")],
    ["library-workflow.mjs", WORKFLOW],
  ] as const) {
    writeFileSync(join(dir, name), source.replace('"redun-git"', url));
  }
  execFileSync(process.execPath, [join(dir, "library.mjs")], { cwd: dir, stdio: "pipe" });
}

/** A run that is killed when some of its jobs have ended: their indexes then have gaps. */
async function runAndKill(dir: string): Promise<void> {
  const running = start(dir, ["run", "-q", "workflow.mjs", "hang"]);
  const journals = join(dir, ".git", "redun", "journal");
  const recordedJobs = () => {
    if (!existsSync(journals)) return 0;
    const lines = readdirSync(journals).map((name) => readFileSync(join(journals, name), "utf8"));
    return lines.join("").split('{"job":').length - 1;
  };
  await until(() => recordedJobs() >= 3);
  await kill(running);
}
