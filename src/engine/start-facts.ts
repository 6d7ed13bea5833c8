import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { basename, isAbsolute } from "node:path";
import { osUser } from "../git/identity.ts";
import type { Log } from "../log/log.ts";
import { executionYaml } from "../record/encode.ts";
import type { Code, Execution } from "../record/records.ts";
import { redactWords } from "../redact.ts";
import { startFolder } from "../start-folder.ts";
import { tagGroups, tagPairs, tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { withoutSecretTags } from "../value/cut.ts";
import { recordedPath } from "../value/file-path.ts";
import { blobId } from "../value/oid.ts";
import { now } from "./clock.ts";
import { automaticTags } from "./code-state.ts";
import { firstTask } from "./first-task.ts";
import type { RunOptions } from "./scheduler-options.ts";
import { withoutSecrets } from "./secret-words.ts";
import type { Secrets } from "./secrets.ts";
import type { TagSettings } from "./tag-settings.ts";

/** What is known of an execution when it starts. */
export interface StartFacts {
  readonly execution: Execution;
  /** Tags of the execution that its record has no room for. */
  readonly moreTags: readonly TagPair[];
}

/**
 * The record of an execution that starts now; its id is that of the record.
 * @param given tags of the execution, in addition to those of the options
 * @param secrets told which words of the command line are not to be recorded
 */
export function startFacts(
  { backend: { repository } }: Log,
  code: Code,
  settings: TagSettings,
  expression: unknown,
  given: readonly TagPair[],
  options: RunOptions,
  secrets: Secrets,
): StartFacts {
  const root = firstTask(expression);
  const user = userOf(options);
  const project = options.project ?? root?.namespace ?? root?.name;
  // What the caller gives is recorded in any case.
  const isWanted = ([key]: TagPair) =>
    settings.automatic.has(key) ||
    (key === "user" && options.user !== undefined) ||
    (key === "project" && options.project !== undefined);
  const [tags, moreTags] = divided(
    tagSet(
      withoutSecretTags([
        ...settings.tags,
        ...automaticTags({ code, user, project }).filter(isWanted),
        ...tagPairs(options.doc === undefined ? {} : { doc: options.doc }),
        ...given,
      ]),
    ),
  );
  const start = {
    task: root?.fullName ?? "",
    argv: redactWords(
      withoutSecrets(recordedArgv(options, repository.workTree), expression, secrets),
    ),
    started: now().toISOString(),
    user,
    host: hostname(),
    code,
    tags,
    nonce: randomBytes(8).toString("hex"),
  };
  const id = blobId(executionYaml(start), repository.objectFormat);
  return { execution: { id, ...start }, moreTags };
}

/** Who runs it. */
export function userOf({ user }: Pick<RunOptions, "user">): string {
  return user ?? (process.env.REDUN_USER || osUser(process.env));
}

function recordedArgv({ argv, script }: RunOptions, workTree: string | null): readonly string[] {
  if (!argv) return [programName(workTree), ...process.argv.slice(2)];
  // An option's value before it may be the same word, but the task's name stands after the script.
  const at = script === undefined ? -1 : argv.indexOf(script);
  return at < 0 ? argv : argv.with(at, recordedPath(script!, workTree, startFolder()));
}

/** The program that uses the library: its file as the work tree has it, the bare name of any other. */
function programName(workTree: string | null): string {
  const program = process.argv[1];
  if (program === undefined) return "node";
  const path = recordedPath(program, workTree);
  return isAbsolute(path) ? basename(path) : path;
}

/** The tags that stand in an execution's record, and those that a segment takes: one may be large. */
function divided(tags: readonly TagPair[]): [readonly TagPair[], readonly TagPair[]] {
  const [first = [], ...others] = tagGroups(tags, 1 << 20);
  return [first, others.flat()];
}
