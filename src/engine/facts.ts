import { hostname } from "node:os";
import type { GitBackend, GitConfig, Head } from "../git/backend.ts";
import { osUser } from "../git/identity.ts";
import { withoutCredentials } from "../git/remote-url.ts";
import type { Code, TagPair } from "../record/records.ts";
import { VERSION } from "../version.ts";

/** What is known of machine, user and code when a run starts. */
export interface StartFacts {
  readonly user: string;
  readonly host: string;
  readonly code: Code;
  /** redun's default execution tags that come from the machine and the repository. */
  readonly tags: readonly TagPair[];
}

/**
 * Reads the facts from the repository and the environment. REDUN_GIT_COMMIT and
 * REDUN_GIT_ORIGIN_URL win over the repository (for runs in a container without it).
 */
export async function startFacts(
  backend: GitBackend,
  options: { user?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): Promise<StartFacts> {
  const [head, config] = await Promise.all([backend.head(), backend.config()]);
  const code = codeOf(head, config, env);
  const user = options.user ?? env.REDUN_USER ?? osUser();
  const tags: TagPair[] = [["redun.version", VERSION]];
  if (code.commit) tags.push(["git_commit", code.commit]);
  if (code.origin) tags.push(["git_origin_url", code.origin]);
  if (code.dirty) tags.push(["git_dirty", true]);
  tags.push(["user", user]);
  return { user, host: hostname(), code, tags };
}

function codeOf(head: Head, config: GitConfig, env: NodeJS.ProcessEnv): Code {
  const commit = env.REDUN_GIT_COMMIT ?? head.commit;
  const origin = env.REDUN_GIT_ORIGIN_URL ?? config.get("remote.origin.url");
  // Tree, branch and dirt are those of the checkout: a commit named from outside has none of them.
  const here = commit === head.commit;
  return {
    ...(commit && { commit }),
    ...(here && head.tree && { tree: head.tree }),
    ...(here && head.branch && { branch: head.branch }),
    ...(here && head.commit && { dirty: head.dirty }),
    ...(origin && { origin: withoutCredentials(origin) }),
  };
}
