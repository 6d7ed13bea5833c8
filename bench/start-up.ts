import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, timePair, timeToOutput } from "./pairs.ts";
import type { Row } from "./table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NOTHING: Command = [process.execPath, "-e", "0"];

/** Whole processes on a small log, beside a Node that does nothing. */
export async function startUp(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
  try {
    cpSync(join(ROOT, "examples/hello_world"), folder, { recursive: true });
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    const cli = (...args: string[]): Command => [
      process.execPath,
      join(ROOT, "dist/cli.cjs"),
      ...args,
    ];
    const run = cli("run", "--quiet", "workflow.ts", "main");
    for (let i = 0; i < 10; i++) execFileSync(run[0], run.slice(1), { cwd: folder });
    const row = (work: string, command: Command, goal: number): Row => ({
      work,
      beside: "`node -e 0`",
      goal,
      ...timePair(command, NOTHING, folder),
    });
    return [
      row("`log`, 10 runs", cli("log"), 2),
      row("`log -t user=X`, 10 runs", cli("log", "-t", "project=hello_world"), 2),
      row("`run` of the three-job hello world, cached", run, 5),
      row("`run --no-cache` of the same", [...run, "--no-cache"], 6),
      {
        work: "`exec -- echo`, until that prints",
        beside: "`node -e 0`",
        goal: 2,
        ...(await timeToOutput(cli("exec", "--", "echo", "x"), NOTHING, folder)),
      },
      row("`exec -- true`, to its end", cli("exec", "--", "true"), 4),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
