/** A HyperQueue of its own for a test: a server and two workers on this machine. Nothing of it is left when it is stopped. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../support/until.ts";

const WORKERS = ["w1", "w2"] as const;
type Worker = (typeof WORKERS)[number];

/** Why there can be no HyperQueue on this machine; null if there can. */
export function whyNoHyperQueue(): string | null {
  const { status } = spawnSync("hq", ["--version"]);
  return status === 0 ? null : "no hq on the PATH";
}

export class HyperQueueForTests {
  /** For whatever is to use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), "redun-git-hq-"));
  readonly #processes = new Map<string, ChildProcess>();

  constructor() {
    this.env = { HQ_SERVER_DIR: join(this.#folder, "server") };
    process.on("exit", () => this.stop());
  }

  async start(): Promise<void> {
    await this.startServer();
    for (const worker of WORKERS) await this.startWorker(worker);
  }

  async startServer(): Promise<void> {
    // What it knows lives as long as it does: there is no journal.
    this.#start("server", ["server", "start", "--host=127.0.0.1"]);
    await until(() => this.ask("server", "info").server_uid !== undefined);
  }

  async startWorker(worker: Worker): Promise<void> {
    const before = this.ask("worker", "list").length;
    const has = ["--cpus=4", "--detect-resources=cpus", "--resource=mem=sum(2000)"];
    this.#start(worker, ["worker", "start", `--hostname=${worker}`, ...has]);
    await until(() => this.ask("worker", "list").length > before);
  }

  /** As when its machine loses power: the process, and all that runs there. */
  async kill(name: "server" | Worker): Promise<void> {
    const child = this.#processes.get(name)!;
    const tasks = childrenOf(child.pid!);
    // Workers end by themselves when they have lost their server.
    const isOver = child.exitCode !== null || child.signalCode !== null;
    const ended = isOver ? null : new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    // Each task is a group.
    for (const pid of tasks) endGroup(pid);
    await ended;
    this.#processes.delete(name);
  }

  /** Which worker has a process below it. */
  workerOf(pid: number): Worker | undefined {
    return WORKERS.find((worker) => {
      const child = this.#processes.get(worker);
      for (let at = pid; at > 1; at = parentOf(at)) if (at === child?.pid) return true;
      return false;
    });
  }

  /** What `hq` prints as JSON. */
  ask(...words: readonly string[]) {
    const env = { ...process.env, ...this.env };
    const { stdout } = spawnSync("hq", ["--output-mode=json", ...words], { env, encoding: "utf8" });
    return JSON.parse(stdout || "{}");
  }

  /** How many jobs were ever submitted. */
  submissions(): number {
    return this.ask("job", "list", "--all").length;
  }

  /** How many tasks wait or run. */
  queue(): number {
    const jobs: { task_stats: { running: number; waiting: number } }[] = this.ask("job", "list");
    return jobs.reduce((sum, { task_stats }) => sum + task_stats.running + task_stats.waiting, 0);
  }

  stop(): void {
    for (const child of this.#processes.values()) {
      for (const pid of childrenOf(child.pid!)) endGroup(pid);
      child.kill("SIGKILL");
    }
    this.#processes.clear();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #start(name: string, words: readonly string[]): void {
    const env = { ...process.env, ...this.env };
    this.#processes.set(name, spawn("hq", words, { env, stdio: "ignore", cwd: this.#folder }));
  }
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

function parentOf(pid: number): number {
  const { stdout } = spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" });
  return Number(stdout);
}

function endGroup(leader: number): void {
  if (!existsSync(`/proc/${leader}`)) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended.
  }
}
