import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, timePair } from "./pairs.ts";
import { printTable, type Row } from "./table.ts";

/**
 * `npm run bench:executors`: eight calls that compute, in threads and in processes, beside the same run in one
 * process. Wall times: a machine that has other work gives them less than its cores.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = 5;
const WORKFLOW = `
import { task } from "redun-git";
export const spin = task((n) => {
  let x = n;
  for (let i = 0; i < 4e8; i++) x = (x * 31 + i) % 1000003;
  return x;
});
export const main = task(() => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => spin(n)));
`;

const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
try {
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "workflow.js"), WORKFLOW);
  const cli = join(ROOT, "dist/cli.cjs");
  const given = ["run", "--quiet", "--no-cache", "workflow.js", "main"];
  const command = (executor: string): Command => [
    process.execPath,
    cli,
    ...given,
    "-o",
    `executor=${executor}`,
  ];
  const row = (executor: string): Row => ({
    work: `8 calls that compute, \`${executor}\``,
    beside: "the same, `local`",
    goal: 0.6,
    ...timePair(command(executor), command("local"), folder, ROUNDS),
  });
  printTable([row("thread"), row("process")]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
