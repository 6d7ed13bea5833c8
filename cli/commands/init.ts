import {
  applySetup,
  HOOK_LINE,
  planSetup,
  planUndo,
  type SetupStep,
} from "../../src/share/setup.ts";
import type { CommandFunction, OptionsOf } from "../command.ts";
import type { INIT } from "../declarations/sharing.ts";
import { visible } from "../text/terminal.ts";
import type { Workspace } from "../workspace.ts";

export const command: CommandFunction<typeof INIT> = (workspace, _words, options) =>
  options.undo ? undo(workspace, options) : setUp(workspace, options);

type InitOptions = OptionsOf<typeof INIT>;

async function setUp(workspace: Workspace, options: InitOptions): Promise<void> {
  const { repository, config } = workspace;
  const remote = options.remote ?? "origin";
  const autoPush = Boolean(options.autoPush);
  const { steps, ownHook } = planSetup(repository, config, { remote, autoPush });
  await workspace.write(list("Writes", steps));
  if (!options.dryRun) await applySetup(repository, steps, { undo: false });
  const ended = ownHook
    ? `One thing is left to you: add this line to your own hook, ${ownHook}\n  ${HOOK_LINE}\n`
    : ending(steps, options, "Everything is set up already.\n");
  const then = `\`git fetch\` and \`git pull\` fetch the logs of ${remote}; \`redun-git pull\` merges them into yours.\n`;
  await workspace.write(visible(ended + then));
}

async function undo(workspace: Workspace, options: InitOptions): Promise<void> {
  const { repository, config } = workspace;
  const remote = options.remote;
  const { steps, ownHook } = planUndo(repository, config, remote);
  await workspace.write(list("Removes", steps));
  if (!options.dryRun) await applySetup(repository, steps, { undo: true });
  const ended = ownHook
    ? `One thing is left to you: remove \`redun-git push\` from your own hook, ${ownHook}\n`
    : ending(steps, options, "There is nothing to undo.\n");
  await workspace.write(visible(ended));
}

function ending(steps: readonly SetupStep[], { dryRun }: InitOptions, nothing: string): string {
  if (steps.length === 0) return nothing;
  return dryRun ? "" : "Done.\n";
}

function list(title: string, steps: readonly SetupStep[]): string {
  if (steps.length === 0) return "";
  return visible(`${title}:\n${steps.map((step) => `  ${stepText(step)}\n`).join("")}`);
}

function stepText(step: SetupStep): string {
  if (step.kind === "config") {
    return `git config: ${step.key} = ${step.value}${step.isStale ? " (removed: its former name)" : ""}`;
  }
  return `hook: ${step.path} (runs \`${HOOK_LINE}\`)`;
}
