/**
 * A Slurm of its own for a test: one controller, and three node daemons on this machine, which run jobs without
 * accounting and without cgroups. Nothing of it is left when it is stopped.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const DAEMONS = ["munged", "slurmctld", "slurmd"] as const;
const NODES = ["n1", "n2", "n3"] as const;
type Node = (typeof NODES)[number];

/** Administrators' programs are on the PATH of administrators alone. */
const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** Why there can be no Slurm on this machine; null if there can. */
export function whyNoSlurm(): string | null {
  if (process.platform !== "linux") return "Slurm runs on Linux";
  const missing = [...DAEMONS, "sbatch", "squeue"].find(
    (program) => spawnSync("which", [program], { env: { ...process.env, PATH } }).status !== 0,
  );
  return missing ? `no ${missing}: \`apt-get install slurm-wlm\`` : null;
}

/** Why Slurm cannot hold jobs to their memory by the kernel here; null if it can. */
export function whyNoCgroups(): string | null {
  const folder = "/sys/fs/cgroup/memory";
  try {
    accessSync(join(folder, "memory.limit_in_bytes"), constants.R_OK);
    accessSync(folder, constants.W_OK);
    return null;
  } catch {
    return "no cgroups (version 1) for memory that this user may make";
  }
}

export class SlurmForTests {
  /** For whatever is to use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), "redun-git-slurm-"));
  readonly #daemons = new Map<string, ChildProcess>();
  readonly #hasCgroups: boolean;

  /** @param hasCgroups whether jobs are held to their memory by the kernel, as on most clusters */
  constructor({ hasCgroups = false } = {}) {
    this.#hasCgroups = hasCgroups;
    this.env = { SLURM_CONF: join(this.#folder, "slurm.conf"), PATH };
    process.on("exit", () => this.stop());
  }

  async start(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    writeFileSync(at("munge.key"), randomBytes(128), { mode: 0o400 });
    for (const name of ["state", ...NODES]) mkdirSync(at(name));
    const ports = await freePorts(1 + NODES.length);
    writeFileSync(this.env.SLURM_CONF!, configuration(this.#folder, ports, this.#hasCgroups));
    writeFileSync(at("gres.conf"), "NodeName=n[1-3] Name=board Count=2\n");
    if (this.#hasCgroups) writeFileSync(at("cgroup.conf"), CGROUPS);
    const munged = ["key-file=munge.key", "socket=munge.socket", "pid-file=munged.pid"];
    const more = ["log-file=munged.log", "seed-file=munge.seed"];
    const files = [...munged, ...more].map(
      (option) => `--${option.replace("=", `=${this.#folder}/`)}`,
    );
    this.#start("munged", "munged", ["--foreground", "--force", ...files]);
    await until(
      () => readdirSync(this.#folder).includes("munge.socket"),
      () => this.#said(),
    );
    this.startController();
    for (const node of NODES) this.startNode(node);
    await until(
      () => this.ask("sinfo", "-h", "-o", "%D %T") === "3 idle",
      () => this.#said(),
    );
  }

  startController(): void {
    this.#start("slurmctld", "slurmctld", ["-D"]);
  }

  startNode(node: Node): void {
    this.#start(node, "slurmd", ["-D", "-N", node]);
  }

  async stopController(): Promise<void> {
    await this.#end("slurmctld", "SIGTERM");
  }

  /** As when its machine loses power: the daemon, and all that runs there. */
  async killNode(node: Node): Promise<void> {
    await this.#end(node, "SIGKILL");
    for (const pid of this.#processesOf(node)) kill(pid);
  }

  /** What one of Slurm's commands prints; "" where it fails. */
  ask(program: string, ...words: readonly string[]): string {
    return spawnSync(program, words, { env: this.#environment(), encoding: "utf8" }).stdout.trim();
  }

  /** Has one of Slurm's commands change something: again where a busy controller did not answer it in time. */
  async tell(program: string, ...words: readonly string[]): Promise<void> {
    const env = this.#environment();
    await until(
      () => spawnSync(program, words, { env }).status === 0,
      () => this.#said(),
    );
  }

  /** The elements of arrays that are in the queue, as `1_0 PENDING`. */
  queue(): string[] {
    return this.ask("squeue", "-h", "-r", "-o", "%i %T").split("\n").filter(Boolean);
  }

  /** How many arrays were ever submitted. */
  submissions(): number {
    const ids = this.ask("squeue", "-h", "--states=all", "-o", "%F").split("\n");
    return new Set(ids.filter(Boolean)).size;
  }

  stop(): void {
    for (const daemon of this.#daemons.values()) daemon.kill("SIGKILL");
    this.#daemons.clear();
    // What could not tell its daemon that it has ended tries that for ever.
    for (const pid of this.#processesWith()) kill(pid);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    if (this.#hasCgroups) removeCgroups();
  }

  #start(name: string, program: string, words: readonly string[]): void {
    const child = spawn(program, words, { env: this.#environment(), stdio: "ignore" });
    child.on("error", () => {});
    this.#daemons.set(name, child);
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#daemons.get(name)!;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.env };
  }

  /** Jobs of a node, and the daemon that each of them has. */
  #processesOf(node: Node): number[] {
    const jobs = this.#processesWith(`SLURMD_NODENAME=${node}`);
    const daemons = jobs.map(parentOf).filter((pid) => commandOf(pid).startsWith("slurmstepd"));
    return [...new Set([...jobs, ...daemons])];
  }

  /** What this Slurm has started, of which the environment holds some variables. */
  #processesWith(...variables: readonly string[]): number[] {
    const wanted = [`SLURM_CONF=${this.env.SLURM_CONF}`, ...variables];
    const isOurs = (pid: string) => {
      try {
        const held = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
        return wanted.every((variable) => held.includes(variable));
      } catch {
        return false;
      }
    };
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return pids.filter(isOurs).map(Number);
  }

  #said(): string {
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(".log"))
      .map((name) => readFileSync(join(this.#folder, name), "utf8").slice(-2000))
      .join("\n");
  }
}

const CGROUPS = `CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainRAMSpace=yes
ConstrainSwapSpace=yes
AllowedSwapSpace=0
`;

function configuration(
  folder: string,
  [controller, ...ports]: readonly number[],
  hasCgroups: boolean,
): string {
  const host = hostname().split(".")[0];
  const { username } = userInfo();
  const nodes = NODES.map(
    (node, at) =>
      `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[at]} CPUs=4 RealMemory=2000 Gres=board:2\n`,
  );
  return `ClusterName=tests
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/%n.log
GresTypes=board
ProctrackType=proctrack/${hasCgroups ? "cgroup" : "linuxproc"}
TaskPlugin=task/${hasCgroups ? "cgroup" : "none"}
SwitchType=switch/none
MpiDefault=none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=100
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,bf_interval=2,sched_interval=2
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
${hasCgroups ? "" : "JobAcctGatherParams=OverMemoryKill"}
ReturnToService=2
SlurmdTimeout=5
KillWait=1
MessageTimeout=4
${nodes.join("")}PartitionName=main Nodes=n[1-3] Default=YES MaxTime=INFINITE State=UP
PartitionName=other Nodes=n3 MaxTime=INFINITE State=UP
`;
}

/** Those of nodes that are no more. The kernel keeps what is in use. */
function removeCgroups(): void {
  const script = "find /sys/fs/cgroup/*/slurm_n[123] -depth -type d -delete";
  spawnSync("sh", ["-c", script], { stdio: "ignore" });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const { port } = server.address() as { port: number };
      await new Promise((done) => server.close(done));
      return port;
    }),
  );
}

async function until(holds: () => boolean, otherwise: () => string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !holds(); await sleep(50)) {
    if (Date.now() > deadline) {
      process.stdout.write(otherwise());
      throw new Error("Slurm does not answer here");
    }
  }
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
