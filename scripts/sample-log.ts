/** The log of the pictures in docs/looking.md: six trainings by two people, one of which fails. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const CLI = new URL("../dist/cli.cjs", import.meta.url).pathname;

const WORKFLOW = `
import { File, task } from "redun-git";
export const namespace = "train";
/** Reads what it learns from. */
export const prepare = task(function prepare(rows: number) { return Array.from({ length: rows }, (_, n) => n); });
export const fit = task(function fit(data: readonly number[], rate: number) {
  if (rate > 1) throw new RangeError("the loss is not finite");
  return 1 / (data.length * rate);
});
export const report = task(function report(loss: number) { return new File("report.txt").write(loss + "\\n"); });
export const main = task(function main(rows = 100, rate = 0.1) { return report(fit(prepare(rows), rate)); });
`;

/** Makes a repository in an empty folder, and runs the workflow in it. */
export function recordSample(cwd: string): void {
  const run = (program: string, args: readonly string[]) =>
    execFileSync(program, args, { cwd, stdio: ["ignore", "ignore", "ignore"] });
  run("git", ["init", "--quiet", "--initial-branch=main"]);
  run("git", ["config", "user.name", "Ada"]);
  run("git", ["config", "user.email", "ada@example.org"]);
  writeFileSync(join(cwd, "train.ts"), WORKFLOW);
  run("git", ["add", "train.ts"]);
  run("git", ["commit", "--quiet", "--message", "Train"]);
  for (const [rows, rate, user, env] of [
    ["100", "0.1", "ada", "dev"],
    ["100", "0.2", "ada", "dev"],
    ["500", "2", "bob", "dev"],
    ["500", "0.2", "bob", "dev"],
    ["1000", "0.2", "ada", "prod"],
    ["1000", "0.3", "ada", "prod"],
  ] as const) {
    const words = ["--rows", rows, "--rate", rate, "-t", `env=${env}`, "-u", user];
    try {
      run(process.execPath, [CLI, "run", "-q", "train.ts", "main", ...words]);
    } catch {
      // One of them fails on purpose.
    }
  }
  run(process.execPath, [CLI, "tag", "add", "-", "approved=true", "-m", "the best of the sweep"]);
}
