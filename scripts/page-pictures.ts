/**
 * Takes docs/page-*.png: the page of `redun-git web` in Chromium, in a temporary repository. `npm run picture`
 * runs it; needs git, a build, and Debian's chromium.
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { CLI, recordSample } from "./sample-log.ts";

const docs = new URL("../docs", import.meta.url).pathname;

/** Calls that wait for others, so that a timeline has something to show. */
const SWEEP = `
import { task } from "redun-git";
export const namespace = "train";
const worked = (ms: number) => new Promise((done) => setTimeout(done, ms));
export const load = task(async function load(part: number) { await worked(60 + 40 * part); return part; });
export const fit = task(async function fit(part: number, rate: number) { await worked(150 * rate); return part / rate; });
export const best = task(function best(losses: readonly number[]) { return Math.min(...losses); });
export const sweep = task(function sweep() {
  return best([1, 2, 3, 4].flatMap((part) => [0.5, 1, 2].map((rate) => fit(load(part), rate))));
});
`;

/** What is shown, what is clicked, and the part of the page that the picture is of. */
const PICTURES = [
  { name: "executions", address: "executions", tab: null, part: "body", width: 1100 },
  { name: "timeline", address: "executions/-", tab: "Timeline", part: ".timeline", width: 1100 },
  { name: "files", address: "executions/-~1", tab: "Files", part: ".graph", width: 1480 },
] as const;

const above = mkdtempSync(join(tmpdir(), "redun-git-pictures-"));
// The page shows this name.
const folder = join(above, "training");
mkdirSync(folder);
try {
  recordSample(folder);
  writeFileSync(join(folder, "sweep.ts"), SWEEP);
  cpSync(join(docs, "../examples/pipeline"), folder, { recursive: true });
  const pipeline = [CLI, "run", "-q", "-u", "bob", "workflow.ts", "main"];
  execFileSync(process.execPath, pipeline, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  execFileSync("git", ["config", "redun.executor.local.workers", "8"], { cwd: folder });
  execFileSync(process.execPath, [CLI, "run", "-q", "-u", "ada", "sweep.ts", "sweep"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  await takePictures(folder);
} finally {
  rmSync(above, { recursive: true, force: true });
}

async function takePictures(cwd: string): Promise<void> {
  const server = spawn(process.execPath, [CLI, "web", "--read-only"], { cwd });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const [said] = await server.stdout.setEncoding("utf8").take(1).toArray();
    const url = /http:\S+\//.exec(said as string)![0].replace(/#.*/, "");
    for (const { name, address, tab, part, width } of PICTURES) {
      const page = await browser.newPage({ viewport: { width, height: 560 } });
      await page.goto(`${url}#/${address}`);
      if (tab) await page.getByText(tab, { exact: true }).click();
      await page.waitForLoadState("networkidle");
      await page.locator(part).screenshot({ path: join(docs, `page-${name}.png`) });
      await page.close();
    }
  } finally {
    await browser.close();
    server.kill("SIGINT");
  }
}
