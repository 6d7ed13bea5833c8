import { loadConfig } from "../../src/git/files/config.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { applySetup, HOOK_LINE, planSetup, type SetupStep } from "../../src/share/setup.ts";
import type { CommandFunction } from "../command.ts";
import { visible, write } from "../text/terminal.ts";

export const command: CommandFunction = async (_words, options) => {
  const repository = findRepository(process.cwd());
  const undo = Boolean(options.undo);
  const { steps, foreignHook } = planSetup(repository, loadConfig(repository), {
    remote: (options.remote as string | undefined) ?? "origin",
    autoPush: Boolean(options.autoPush),
    undo,
  });
  const none = undo ? "There is nothing to take back.\n" : "Everything is set up already.\n";
  const title = undo ? "Takes back:\n" : "Writes:\n";
  const lines = steps.map((step) => `  ${stepText(step)}\n`).join("");
  await write(visible(steps.length > 0 ? title + lines : none));
  if (foreignHook !== null) {
    await write(visible(`Add this line to your own hook ${foreignHook}:\n  ${HOOK_LINE}\n`));
  }
  if (options.dryRun || steps.length === 0) return;
  await applySetup(repository, steps, { undo });
  await write("Done.\n");
};

function stepText(step: SetupStep): string {
  if (step.kind === "config") return `git config: ${step.key} = ${step.value}`;
  return `hook: ${step.path} (runs \`${HOOK_LINE}\`)`;
}
