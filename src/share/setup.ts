import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitConfig, Repository } from "../git/backend.ts";
import { expandHome } from "../git/files/config.ts";
import { readText } from "../git/files/read-text.ts";
import { gitText } from "../git/native/process.ts";
import { trackingFolder } from "./remotes.ts";

/** One thing that `init` writes or takes back: a line of git's configuration, or our hook. */
export type SetupStep =
  | { readonly kind: "config"; readonly key: string; readonly value: string }
  | { readonly kind: "hook"; readonly path: string };

export interface SetupOptions {
  readonly remote: string;
  readonly autoPush: boolean;
  /** Takes back what an earlier `init` wrote. */
  readonly undo: boolean;
}

/** A plan to be shown before it is carried out. */
export interface Setup {
  readonly steps: readonly SetupStep[];
  /** The path of a pre-push hook that is not ours to write: our line must be added by hand. */
  readonly foreignHook: string | null;
}

/**
 * A plain `git push` runs this before it pushes. It is not a push refspec: with one configured,
 * `git push` would push that alone, and no branch any more.
 */
export const HOOK_LINE = 'redun-git push "$1" || true';
const HOOK = `#!/bin/sh
# Made by \`redun-git init\`: provenance travels with the code.
PATH="$PATH:$PWD/node_modules/.bin"
command -v redun-git >/dev/null || exit 0
${HOOK_LINE}
`;

/**
 * What is missing for plain git to carry provenance, or what there is to take back.
 * @throws RedunError UNKNOWN_REMOTE
 */
export function planSetup(
  repository: Repository,
  config: GitConfig,
  { remote, autoPush, undo }: SetupOptions,
): Setup {
  if (!undo && !config.subsections("remote").includes(remote)) {
    throw new RedunError(
      "UNKNOWN_REMOTE",
      `There is no remote "${remote}".`,
      `Add it with \`git remote add ${remote} <url>\`, or name another with \`--remote\`.`,
    );
  }
  const wanted: [string, string][] = [
    [`remote.${remote}.fetch`, `+refs/redun/*:${trackingFolder(remote)}*`],
    [`remote.${remote}.fetch`, "^refs/redun/remotes/*"],
    ...(autoPush || undo ? [["redun.autoPush", "true"] as [string, string]] : []),
  ];
  const steps: SetupStep[] = wanted
    .filter(([key, value]) => config.getAll(key).includes(value) === undo)
    .map(([key, value]) => ({ kind: "config", key, value }));
  const { path, isOurs } = hookPlace(repository, config);
  const hook = readText(path);
  if (undo) {
    if (hook === HOOK) steps.push({ kind: "hook", path });
    return { steps, foreignHook: null };
  }
  if (hook === "" && isOurs) steps.push({ kind: "hook", path });
  const isForeign = (hook !== "" || !isOurs) && !hook.includes("redun-git push");
  return { steps, foreignHook: isForeign ? path : null };
}

/**
 * Writes what was planned, or takes it back.
 * @throws RedunError GIT_FAILED with git's own words, or without git
 */
export async function applySetup(
  repository: Repository,
  steps: readonly SetupStep[],
  { undo }: Pick<SetupOptions, "undo">,
): Promise<void> {
  for (const step of steps) {
    if (step.kind === "config") {
      const { key, value } = step;
      const words = undo ? ["--fixed-value", "--unset-all", key, value] : ["--add", key, value];
      await gitText(repository, ["config", ...words]);
    } else if (undo) {
      rmSync(step.path, { force: true });
    } else {
      mkdirSync(join(step.path, ".."), { recursive: true });
      writeFileSync(step.path, HOOK);
      chmodSync(step.path, 0o755);
    }
  }
}

/** Where git looks for the hook. A folder of `core.hooksPath` may be committed, or shared by all
 * repositories of the user: what is in there is not ours to write. */
function hookPlace(repository: Repository, config: GitConfig) {
  const folder = config.get("core.hooksPath");
  if (!folder) return { path: join(repository.commonDir, "hooks", "pre-push"), isOurs: true };
  const base = repository.workTree ?? repository.gitDir;
  return { path: resolve(base, expandHome(folder), "pre-push"), isOurs: false };
}
