/**
 * The main job, seen from nothing: makes a temporary git repository from examples/hello_world,
 * runs it twice, tags a run, finds it again, and lets plain git read the log.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("./", import.meta.url));
const cli = join(here, "..", "dist", "cli.cjs");
const folder = mkdtempSync(join(tmpdir(), "redun-git-demo-"));
cpSync(join(here, "hello_world"), folder, { recursive: true });

const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
git("init", "--quiet");
git("config", "user.name", "Rasmus");
git("config", "user.email", "rasmus@example.org");
git("remote", "add", "origin", "git@github.com:insitro/redun.git");
git("add", ".");
git("commit", "--quiet", "--message", "Say hello");

try {
  show("redun-git run -t env=dev workflow.ts main");
  show("redun-git run workflow.ts main --greet Hi4");
  const [newest] = JSON.parse(`[${redun("log", "--format", "json", "--limit", "1")}]`);
  const id = newest.id.slice(0, 8);
  show(`redun-git tag add ${id} env=prod approved=true`);
  show("redun-git log -t env=prod");
  show(`redun-git log ${id}`);
  show("git log --oneline refs/redun/main");
  show(`git show ${id}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function redun(...args: string[]): string {
  return execFileSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
}

/** Prints a command as a session shows it, and runs it. */
function show(line: string): void {
  console.log(`\n$ ${line}`);
  const [program, ...args] = line.split(" ");
  const [file, all] = program === "git" ? ["git", args] : [process.execPath, [cli, ...args]];
  const { status } = spawnSync(file, all, {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, GIT_PAGER: "cat" },
  });
  if (status !== 0) throw new Error(`${line} ended with status ${status}`);
}
