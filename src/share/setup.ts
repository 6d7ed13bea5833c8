import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitConfig, Repository } from "../git/backend.ts";
import { expandHome } from "../git/files/config-reader.ts";
import { isTrue } from "../git/files/config-values.ts";
import { readText } from "../git/files/read-text.ts";
import { gitText } from "../git/native/process.ts";
import { NO_LOGS, overwrites } from "../log/mirror.ts";
import { DEFAULT_REF, TRACKING_REFS } from "../log/ref.ts";
import { nameFolder, trackingFolder, writtenFolder } from "./remotes.ts";

/** One thing that `init` writes or takes back: a line of git's configuration, or our hook. */
export type SetupStep =
  | {
      readonly kind: "config";
      readonly key: string;
      readonly value: string;
      /** Taken out even where things are written: what stood there under a remote's former name. */
      readonly isStale?: boolean;
    }
  | { readonly kind: "hook"; readonly path: string };

/** A plan to be shown before it is carried out. */
export interface Setup {
  readonly steps: readonly SetupStep[];
  /** A pre-push hook that is not ours to write: `HOOK_LINE` is to be added, or taken out, by hand. */
  readonly ownHook: string | null;
}

/**
 * A plain `git push` runs this before it pushes. It is not a push refspec: with one configured,
 * `git push` would push that alone, and no branch.
 */
export const HOOK_LINE = 'PATH="$PATH:$PWD/node_modules/.bin" redun-git push --hook "$1" || true';
const HOOK = `#!/bin/sh
# Made by \`redun-git init\`: provenance travels with the code, to the remotes that it set up.
${HOOK_LINE}
`;

/** Whether `init` was asked to let plain git carry the logs of a remote. A URL never was. */
export function isSetUp(config: GitConfig, remote: string): boolean {
  return (
    writtenFolder(config, remote) !== null ||
    config.getAll(`remote.${remote}.fetch`).includes(NO_LOGS)
  );
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
  const steps: SetupStep[] = followRenames(config);
  steps.push(
    ...settingsOf(config, remote)
      .filter(({ key }) => autoPush || !key.endsWith(AUTO_PUSH))
      .filter(({ key, value }) => !config.getAll(key).includes(value))
      .filter(({ key, value }) => !steps.some((step) => isSetting(step, key, value))),
  );
  const { path, text, isOurs } = hookOf(repository, config);
  if (text === "" && isOurs) steps.push({ kind: "hook", path });
  const lacksLine = (text !== "" || !isOurs) && !text.includes("redun-git push");
  return { steps, ownHook: lacksLine ? path : null };
}

/**
 * What can be undone of earlier setups: of one remote, or of all. The hook goes with the
 * last one.
 * @throws RedunError UNKNOWN_REMOTE
 */
export function planUndo(repository: Repository, config: GitConfig, remote?: string): Setup {
  if (remote !== undefined) assertKnown(config, remote);
  const isMeant = (name: string) => remote === undefined || name === remote;
  const steps: SetupStep[] = remotesOf(config)
    .filter(isMeant)
    .flatMap((name) => writtenFor(config, name));
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
      const words =
        undo || step.isStale ? ["--fixed-value", "--unset-all", key, value] : ["--add", key, value];
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

type Settings = readonly (readonly [name: string, value: string])[];

/**
 * All that git's configuration gets for a remote, in the remote's section, so that it goes with it. A
 * mirror's logs must not be those of the remote: there a refspec makes git leave them alone.
 */
function settingsOf(config: GitConfig, remote: string): ConfigStep[] {
  const refspecs = overwrites(config, remote, DEFAULT_REF)
    ? [NO_LOGS]
    : [refspecOf(trackingFolder(remote, config)), NOT_TRACKED];
  const settings = refspecs.map((spec) => [FETCH, spec] as const);
  return configSteps(remote, [...settings, [AUTO_PUSH, "true"]]);
}

/** What there is of it, under whatever name the remote had then. */
function writtenFor(config: GitConfig, remote: string): ConfigStep[] {
  const folder = writtenFolder(config, remote);
  const refspecs = [NOT_TRACKED, NO_LOGS, ...(folder === null ? [] : [refspecOf(folder)])];
  const settings = refspecs.map((spec) => [FETCH, spec] as const);
  return configSteps(remote, [...settings, [AUTO_PUSH, "true"]]).filter(({ key, value }) =>
    config.getAll(key).includes(value),
  );
}

/** `git remote rename` leaves our refspec as it was: it goes to the new name's directory from now on. */
function followRenames(config: GitConfig): ConfigStep[] {
  return remotesOf(config).flatMap((remote) => {
    const [written, own] = [writtenFolder(config, remote), nameFolder(remote)];
    if (written === null || written === own) return [];
    if (remotesOf(config).some((other) => writtenFolder(config, other) === own)) return [];
    const [stale] = configSteps(remote, [[FETCH, refspecOf(written)]]);
    if (!config.getAll(stale!.key).includes(stale!.value)) return [];
    return [{ ...stale!, isStale: true }, ...configSteps(remote, [[FETCH, refspecOf(own)]])];
  });
}

function configSteps(remote: string, settings: Settings): ConfigStep[] {
  return settings.map(([name, value]) => {
    return { kind: "config", key: `remote.${remote}${name}`, value } as const;
  });
}

type ConfigStep = Extract<SetupStep, { kind: "config" }>;

function isSetting(step: SetupStep, key: string, value: string): boolean {
  return step.kind === "config" && !step.isStale && step.key === key && step.value === value;
}

const FETCH = ".fetch";
/** What a remote tracks of others is not its own. */
const NOT_TRACKED = `^${TRACKING_REFS}*`;

/**
 * Without a `+`: a log only grows, so git itself refuses one that was rewritten by force, and our
 * own fetch still sees where it was.
 */
function refspecOf(folder: string): string {
  return `refs/redun/*:${folder}*`;
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
 * The hook that git runs. A directory of `core.hooksPath` may be committed, or shared by all
 * repositories of the user: what is in there is not ours to write.
 */
function hookOf(repository: Repository, config: GitConfig) {
  const folder = config.get("core.hooksPath");
  const base = repository.workTree ?? repository.gitDir;
  const path = folder
    ? resolve(base, expandHome(folder, repository.env), "pre-push")
    : join(repository.commonDir, "hooks", "pre-push");
  return { path, text: readText(path), isOurs: !folder };
}
