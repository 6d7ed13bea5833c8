/**
 * An execution as an in-toto Statement (v1) with SLSA provenance (v1): the files that its jobs gave, by SHA-256, and
 * what they were made of.
 */
import type { GitBackend } from "../../git/backend.ts";
import { withForeign } from "../../record/foreign-values.ts";
import type { Execution, Job } from "../../record/records.ts";
import { formatTagValue } from "../../tag/text.ts";
import { isAddress } from "../../value/file-path.ts";
import { VERSION } from "../../version.ts";
import type { GraphRun } from "../graph.ts";
import { recordedContent, sha256Of } from "../recorded-content.ts";
import { filesOf, type GraphFile, simpleJson, statusOf } from "../run-facts.ts";

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PROVENANCE = "https://slsa.dev/provenance/v1";
/** docs/interchange.md says what its parameters are. */
const BUILD_TYPE = "urn:redun-git:build:execution-v1";

interface Descriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly Descriptor[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

export interface Attested {
  /** Null of an execution that did not end well, and of one none of whose files can be hashed. */
  readonly statement: Statement | null;
  /** Paths of the files that it gave and whose content as it was is no more. */
  readonly absent: readonly string[];
}

/** What can be attested of an execution: its files are read again for it. */
export async function statementOf(run: GraphRun, backend: GitBackend): Promise<Attested> {
  if (statusOf(run) !== "DONE") return { statement: null, absent: [] };
  const subject: Descriptor[] = [];
  const absent: string[] = [];
  const given = latest(run.jobs.flatMap((job) => filesOf(job, "given")));
  for (const file of given.values()) {
    const sha256 = await hashOf(file, backend);
    if (sha256 === null) absent.push(file.path);
    else subject.push({ name: file.path, digest: { sha256, ...gitDigest(file) } });
  }
  if (subject.length === 0) return { statement: null, absent };
  const made = new Set(run.jobs.flatMap((job) => filesOf(job, "given")).map(keyOf));
  const taken = run.jobs.flatMap((job) => filesOf(job, "taken"));
  const inputs = new Map(taken.filter((file) => !made.has(keyOf(file))).map((f) => [keyOf(f), f]));
  const dependencies = [...codeOf(run.execution)];
  for (const file of inputs.values()) dependencies.push(await inputOf(file, backend));
  const predicate = predicateOf(run, dependencies);
  const statement = { subject, predicateType: PROVENANCE, predicate } as const;
  return { statement: { _type: STATEMENT_TYPE, ...statement }, absent };
}

function predicateOf({ execution, outcome, jobs }: GraphRun, dependencies: readonly Descriptor[]) {
  const { id, task, argv, started, user, host, tags } = execution;
  const roots = jobs.filter(({ parent }) => parent === null);
  const version = tags.find(([key]) => key === "redun.version")?.[1];
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: {
        task,
        command: argv,
        calls: roots.map((job) => ({ task: job.task, args: argsOf(job) })),
      },
      internalParameters: {
        user,
        host,
        tags: tags.map(([key, value]) => `${key}=${formatTagValue(value)}`),
      },
      resolvedDependencies: dependencies,
    },
    runDetails: {
      builder: {
        id: "urn:redun-git:engine",
        version: { "redun-git": String(version ?? VERSION) },
      },
      metadata: {
        invocationId: `urn:redun-git:execution:${encodeURIComponent(id.toWellFormed())}`,
        startedOn: started,
        ...(outcome && { finishedOn: outcome.ended }),
      },
    },
  };
}

function argsOf(job: Job): Record<string, unknown> {
  const shown = [...withForeign(job).entries()].map(
    ([name, value]) => [String(name), value === null ? null : simpleJson(value)] as const,
  );
  return Object.fromEntries(shown);
}

/** The code that ran. What git's commit does not hold as it was is said, and named. */
function* codeOf({ code }: Execution): Generator<Descriptor> {
  const { commit, origin, branch, dirty, files = [] } = code;
  if (commit === undefined) return;
  const ref = branch === undefined ? "" : `@refs/heads/${branch}`;
  yield {
    ...(origin === undefined ? { name: "code" } : { uri: `git+${origin}${ref}` }),
    digest: { gitCommit: commit },
    ...(dirty !== undefined && { annotations: { dirty } }),
  };
  for (const { path, blob } of files) yield { name: path, digest: { gitBlob: blob } };
}

async function inputOf(file: GraphFile, backend: GitBackend): Promise<Descriptor> {
  const sha256 = await hashOf(file, backend);
  const digest = { ...(sha256 !== null && { sha256 }), ...gitDigest(file) };
  return {
    ...(isAddress(file.path) ? { uri: file.path } : { name: file.path }),
    ...(Object.keys(digest).length > 0 && { digest }),
  };
}

async function hashOf({ file }: GraphFile, backend: GitBackend): Promise<string | null> {
  const content = file ? await recordedContent(file, backend) : null;
  return content && (await sha256Of(content)).hash;
}

/** git's own id as a further digest; of another system's file there is none. */
function gitDigest({ file, hash }: GraphFile): Readonly<Record<string, string>> {
  if (!file || hash === null) return {};
  return file.isFolder ? { gitTree: hash } : { gitBlob: hash };
}

/** Of a path that was written several times, what it held last. */
function latest(files: readonly GraphFile[]): ReadonlyMap<string, GraphFile> {
  return new Map(files.map((file) => [file.path, file]));
}

const keyOf = ({ path, hash }: GraphFile) => `${path}\0${hash}`;
