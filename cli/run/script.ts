/** Loading a workflow script, and finding a task in it. */
import { writeSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { definitionOf } from "../../src/engine/task.ts";
import { RedunError } from "../../src/errors.ts";
import type { AnyTask } from "../../src/script/exported-tasks.ts";
import { loadWorkflow } from "../../src/script/load.ts";
import { nearPath } from "../../src/script/near-path.ts";
import { type LoadedFile, loadedFiles, loadedSource } from "../../src/source/source-file.ts";
import { truthAsked } from "../../src/source/truth.ts";
import { didYouMean } from "../../src/suggest.ts";
import { LIBRARY_URL } from "../library-url.ts";
import { oneLine, visible } from "../text/terminal.ts";
import type { Workspace } from "../workspace.ts";
import { ending } from "./channel.ts";

/** @throws RedunError SCRIPT_FAILED_TO_LOAD */
export async function loadScript(
  script: string,
  workspace: Workspace,
): Promise<Record<string, unknown>> {
  // It calls `process.exit` itself, or waits for what cannot come.
  const onExit = (status: number) => {
    if (ending.by !== undefined) return;
    const why = `${script} did not load: the process ended with status ${status} before it had`;
    writeSync(process.stderr.fd, `error: ${visible(why)}. [SCRIPT_FAILED_TO_LOAD]\n`);
    process.exitCode ||= 1;
  };
  process.once("exit", onExit);
  try {
    const { cwd } = workspace.io;
    const compiled = compiledFolder(workspace);
    return await loadWorkflow(script, { cwd, libraryUrl: LIBRARY_URL, compiled });
  } finally {
    process.off("exit", onExit);
  }
}

/** Where compiled TypeScript is kept; nowhere without a repository. */
function compiledFolder(workspace: Workspace): string | undefined {
  try {
    return join(workspace.repository.commonDir, "redun", "compiled");
  } catch {
    return undefined;
  }
}

/** What was loaded as modules, except redun-git itself. */
export function modules(): LoadedFile[] {
  const own = dirname(fileURLToPath(LIBRARY_URL)) + sep;
  return loadedFiles().filter(({ path }) => !path.startsWith(own));
}

/** @throws RedunError UNKNOWN_TASK */
export function findTask(
  name: string,
  tasks: ReadonlyMap<string, AnyTask>,
  script: string,
): AnyTask {
  const data = { tasks: [...tasks.keys()] };
  const named = tasks.get(name);
  if (named) return named;
  const same = [...tasks].filter(([, task]) => {
    const definition = definitionOf(task)!;
    return definition.hasName && (definition.fullName === name || definition.name === name);
  });
  const different = new Set(same.map(([, task]) => definitionOf(task)));
  if (different.size === 1) return same[0]![1];
  if (different.size > 1) {
    const names = same.map(([key]) => key).join(", ");
    throw new RedunError(
      "UNKNOWN_TASK",
      `${script} exports several tasks named "${name}": ${names}.`,
      "Use one of these names.",
      { data },
    );
  }
  const exported = data.tasks.join(", ");
  throw new RedunError(
    "UNKNOWN_TASK",
    `${script} exports no task named "${name}".${didYouMean(name, tasks.keys())}`,
    exported
      ? `Its tasks: ${exported}.`
      : "It exports no tasks at all: write `export const main = task(...)`.",
    { data },
  );
}

/** Warnings of one kind that are shown. */
const MAX_WARNINGS = 10;

/** Says where the script asks whether a lazy value is true, which no run can notice. */
export function warnOfTruth({ io: { stderr, cwd } }: Workspace): void {
  const files = modules().filter(({ bytes }) => Buffer.from(bytes).includes("redun-git"));
  const paths = new Set(files.map(({ path }) => path));
  const found = truthAsked([...paths].flatMap((path) => loadedSource(path) ?? []));
  for (const { file, line, text, as } of found.slice(0, MAX_WARNINGS)) {
    const what = as === "true" ? "always true" : "equal to nothing";
    stderr.write(
      `warning: ${nearPath(file, cwd)}:${line}: \`${oneLine(text)}\` is a lazy value here, which is ${what}: \`await\` it in an async task first\n`,
    );
  }
  const more = found.length - MAX_WARNINGS;
  if (more > 0) stderr.write(`warning: and ${more} more like these\n`);
}
