import type { GitBackend, GitConfig } from "../git/backend.ts";
import { fetchUrl, withoutCredentials } from "../git/remote-url.ts";
import type { Code } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { VERSION } from "../version.ts";

/**
 * The state of the code, from the repository. REDUN_GIT_COMMIT and REDUN_GIT_ORIGIN_URL win over
 * it, for runs in a container that has no repository of the code.
 */
export async function codeState(
  backend: GitBackend,
  config: GitConfig,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Code> {
  const head = await backend.head();
  const commit = env.REDUN_GIT_COMMIT || head.commit;
  const origin = env.REDUN_GIT_ORIGIN_URL || fetchUrl(config, "origin");
  // Tree, branch and dirt are those of the checkout: a commit named from outside has none of them.
  const here = commit === head.commit;
  return {
    ...(commit && OBJECT_ID.test(commit) && { commit }),
    ...(here && head.tree && { tree: head.tree }),
    ...(here && head.branch && { branch: head.branch }),
    ...(here && head.commit && backend.repository.workTree && { dirty: head.dirty }),
    ...(origin && { origin: withoutCredentials(origin) }),
  };
}

/** REDUN_GIT_COMMIT may be less than a whole id, or a name: then it is a tag alone. */
const OBJECT_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The tags that a run gets by itself, by redun's names; `git_dirty` only when it is true. */
export function automaticTags(run: {
  code: Code;
  user: string;
  project: string | undefined;
  env?: NodeJS.ProcessEnv;
}): TagPair[] {
  const { code, user, project, env = process.env } = run;
  const tags: [string, string | boolean | undefined][] = [
    ["redun.version", VERSION],
    ["git_commit", env.REDUN_GIT_COMMIT || code.commit],
    ["git_origin_url", code.origin],
    ["git_dirty", code.dirty || undefined],
    ["user", user],
    ["project", project],
  ];
  return tags.filter((tag): tag is [string, string | boolean] => tag[1] !== undefined);
}
