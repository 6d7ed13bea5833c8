import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitConfig, Repository } from "../git/backend.ts";
import { expandHome, isTrue } from "../git/files/config.ts";
import { readText } from "../git/files/read-text.ts";
import { gitText } from "../git/native/process.ts";
import { TRACKING_REFS } from "../log/ref.ts";
import { trackingFolder } from "./remotes.ts";

/** One thing that `init` writes or takes back: a line of git's configuration, or our hook. */
export type SetupStep =
  | { readonly kind: "config"; readonly key: string; readonly value: string }
  | { readonly kind: "hook"; readonly path: string };

/** A plan to be shown before it is carried out. */
export interface Setup {
  readonly steps: readonly SetupStep[];
  /** A pre-push hook that is not ours to write: `HOOK_LINE` is to be added, or taken out, by hand. */
  readonly ownHook: string | null;
}

/**
 * A plain `git push` runs this before it pushes. It is not a push refspec: with one configured,
 * `git push` would push that alone, and no branch any more.
 */
export const HOOK_LINE = 'PATH="$PATH:$PWD/node_modules/.bin" redun-git push --hook "$1" || true';
const HOOK = `#!/bin/sh
# Made by \`redun-git init\`: provenance travels with the code, to the remotes that it set up.
${HOOK_LINE}
`;

/** Whether `init` was asked to let plain git carry the logs of a remote. A URL never was. */
export function isSetUp(config: GitConfig, remote: string): boolean {
  return config.getAll(`remote.${remote}.fetch`).includes(refspecOf(remote));
}

/** The remotes to which every run is pushed when it ends. */
export function autoPushRemotes(config: GitConfig): string[] {
  return remotesOf(config).filter((name) => isTrue(config.get(`remote.${name}.redunAutoPush`)));
}

/**
 * What is missing for plain git to carry the logs of a remote, and with `autoPush` for every run to
 * be pushed there.
 * @throws RedunError UNKNOWN_REMOTE
 */
export function planSetup(
  repository: Repository,
  config: GitConfig,
  { remote, autoPush }: { readonly remote: string; readonly autoPush: boolean },
): Setup {
  assertKnown(config, remote);
  const steps: SetupStep[] = settingsOf(remote)
    .filter(({ key }) => autoPush || !key.endsWith(AUTO_PUSH))
    .filter(({ key, value }) => !config.getAll(key).includes(value));
  const { path, text, isOurs } = hookOf(repository, config);
  if (text === "" && isOurs) steps.push({ kind: "hook", path });
  const lacksLine = (text !== "" || !isOurs) && !text.includes("redun-git push");
  return { steps, ownHook: lacksLine ? path : null };
}

/**
 * What there is to take back of earlier setups: of one remote, or of all. The hook goes with the
 * last one.
 * @throws RedunError UNKNOWN_REMOTE
 */
export function planUndo(repository: Repository, config: GitConfig, remote?: string): Setup {
  if (remote !== undefined) assertKnown(config, remote);
  const isMeant = (name: string) => remote === undefined || name === remote;
  const steps: SetupStep[] = remotesOf(config)
    .filter(isMeant)
    .flatMap(settingsOf)
    .filter(({ key, value }) => config.getAll(key).includes(value));
  const others = remotesOf(config).filter((name) => !isMeant(name) && isSetUp(config, name));
  if (others.length > 0) return { steps, ownHook: null };
  const { path, text } = hookOf(repository, config);
  if (text === HOOK) return { steps: [...steps, { kind: "hook", path }], ownHook: null };
  return { steps, ownHook: text.includes("redun-git push") ? path : null };
}

/**
 * Writes what was planned, or takes it back.
 * @throws RedunError GIT_FAILED with git's own words, or without git
 */
export async function applySetup(
  repository: Repository,
  steps: readonly SetupStep[],
  { undo }: { readonly undo: boolean },
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

const AUTO_PUSH = ".redunAutoPush";

/** All that git's configuration gets for a remote. It stands with the remote, and leaves with it. */
function settingsOf(remote: string) {
  const settings = [
    [".fetch", refspecOf(remote)],
    [".fetch", `^${TRACKING_REFS}*`],
    [AUTO_PUSH, "true"],
  ] as const;
  return settings.map(([name, value]) => {
    return { kind: "config", key: `remote.${remote}${name}`, value } as const;
  });
}

/**
 * Without a `+`: a log only grows, so git itself refuses one that was rewritten by force, and our
 * own fetch still sees where it was.
 */
function refspecOf(remote: string): string {
  return `refs/redun/*:${trackingFolder(remote)}*`;
}

function remotesOf(config: GitConfig): readonly string[] {
  return config.subsections("remote");
}

function assertKnown(config: GitConfig, remote: string): void {
  if (remotesOf(config).includes(remote)) return;
  throw new RedunError(
    "UNKNOWN_REMOTE",
    `There is no remote "${remote}".`,
    `Add it with \`git remote add ${remote} <url>\`, or name another with \`--remote\`.`,
  );
}

/**
 * The hook that git runs. A folder of `core.hooksPath` may be committed, or shared by all
 * repositories of the user: what is in there is not ours to write.
 */
function hookOf(repository: Repository, config: GitConfig) {
  const folder = config.get("core.hooksPath");
  const base = repository.workTree ?? repository.gitDir;
  const path = folder
    ? resolve(base, expandHome(folder), "pre-push")
    : join(repository.commonDir, "hooks", "pre-push");
  return { path, text: readText(path), isOurs: !folder };
}
