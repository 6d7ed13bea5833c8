import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArrayJob, Cluster, ElementState } from "../src/cluster/cluster.ts";
import { ClusterExecutor } from "../src/cluster/executor.ts";
import type { ExecutorCall } from "../src/engine/executor.ts";
import { folderInMemory } from "../test/support/in-memory.ts";

/**
 * `npm run bench:cluster`: a million calls through arrays, waiting and collecting, with an engine that is made up:
 * it answers after a while, and not more often than some times a second; elements take their time, and some
 * fail. There is no run around it (npm run bench has that), so memory is that of the executor alone.
 */
const CALLS = Number(process.argv[2] ?? 1_000_000);
/** Seconds that the engine takes for a command. */
const LATENCY = 0.05;
/** Commands that it takes in a second; more of them wait. */
const RATE = 10;
/** Elements that run at once. */
const SLOTS = 2000;
/** Seconds that an element takes. */
const DURATION = 0.2;
/** Of so many elements one dies without a word. */
const DYING = 1000;
const ANSWER = "kind: answer\nversion: 1\nresult: 1\n";

class MadeUpCluster implements Cluster {
  readonly kind = "made_up";
  readonly title = "An engine that is made up";
  readonly options = [];
  readonly command = "none";
  readonly variables = { element: "$N", node: "$NODE" };
  readonly calls: Record<string, number> = {};
  readonly #elements = new Map<string, ElementState["phase"]>();
  readonly #queue: { readonly job: string; readonly n: number; readonly folder: string }[] = [];
  #jobs = 0;
  #running = 0;
  #free = 0;

  request(): readonly string[] {
    return [];
  }

  about() {
    return this.#command("about", () => ({ name: "none", maxArray: 1000 }));
  }

  submit({ size, logs }: ArrayJob): Promise<string> {
    return this.#command("submit", () => {
      const job = String(++this.#jobs);
      const folder = join(logs, "..");
      for (let n = 0; n < size; n++) {
        this.#elements.set(this.elementName(job, n), "queued");
        this.#queue.push({ job, n, folder });
      }
      this.#begin();
      return job;
    });
  }

  find(): Promise<string | null> {
    return this.#command("find", () => null);
  }

  states(jobs: readonly string[]): Promise<ReadonlyMap<string, ElementState>> {
    return this.#command("states", () => {
      const wanted = new Set(jobs);
      const found = new Map<string, ElementState>();
      for (const [name, phase] of this.#elements) {
        if (!wanted.has(name.split("_")[0]!)) continue;
        found.set(name, { phase, word: phase, text: phase, cause: null });
      }
      return found;
    });
  }

  elementName(job: string, element: number): string {
    return `${job}_${element}`;
  }

  causeIn(): null {
    return null;
  }

  async exitStatus(): Promise<null> {
    return null;
  }

  async cancel(): Promise<void> {}

  /** As an engine takes commands: each after the others, and none at once. */
  async #command<T>(name: string, answer: () => T): Promise<T> {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
    const now = performance.now();
    this.#free = Math.max(this.#free, now) + 1000 / RATE;
    await new Promise((done) => setTimeout(done, this.#free - now + 1000 * LATENCY));
    return answer();
  }

  #begin(): void {
    while (this.#running < SLOTS && this.#queue.length > 0) {
      const element = this.#queue.shift()!;
      this.#running++;
      this.#elements.set(this.elementName(element.job, element.n), "running");
      setTimeout(() => this.#end(element), 1000 * DURATION);
    }
  }

  #end({ job, n, folder }: { job: string; n: number; folder: string }): void {
    this.#running--;
    // An engine forgets what has ended.
    this.#elements.delete(this.elementName(job, n));
    if ((Number(job) * 1000 + n) % DYING !== 0) {
      writeFileSync(join(folder, "answers", String(n)), ANSWER);
      writeFileSync(join(folder, "status", String(n)), "0\nnode\n");
    }
    this.#begin();
  }
}

const folder = mkdtempSync(join(folderInMemory() ?? tmpdir(), "cluster-"));
const cluster = new MadeUpCluster();
const settings = { scratch: join(folder, "scratch"), poll: "1", code: "checkout" };
const executor = new ClusterExecutor(cluster, {
  name: "made_up",
  root: folder,
  commonDir: null,
  get: (name) => settings[name as keyof typeof settings],
});
const text = `kind: call\nversion: 1\ntask: square\nscript: workflow.ts\nargs:\n  - 12345\n`;
const { signal } = new AbortController();
setMaxListeners(0, signal);
let [answered, failed, most] = [0, 0, 0];
const begun = performance.now();
const watching = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 500);

/** As a run does it: so many are at the executor at once, and for each that ends another one comes. */
async function worker(numbers: Iterator<number>): Promise<void> {
  for (let next = numbers.next(); !next.done; next = numbers.next()) {
    const call: ExecutorCall = {
      key: next.value.toString(16).padStart(40, "0"),
      text,
      task: "square",
      job: "",
      execution: "",
      options: {},
      isPrivate: false,
      signal,
      tag: () => {},
      heartbeat: () => {},
      awaited: () => Promise.reject(new Error("nothing is awaited here")),
    };
    try {
      await executor.submit(call);
      answered++;
    } catch {
      failed++;
    }
    if ((answered + failed) % (CALLS / 10) === 0) report();
  }
}

function* numbers(): Generator<number> {
  for (let n = 0; n < CALLS; n++) yield n;
}

function report(): void {
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage();
  const perCall = (user + system) / 1000 / (answered + failed);
  console.log(
    `${answered} answered, ${failed} failed, in ${seconds.toFixed(0)} s;`,
    `${perCall.toFixed(3)} ms of processor time a call, the made-up engine included;`,
    `memory at most ${(most / 1e6).toFixed(0)} MB; commands to the engine: ${JSON.stringify(cluster.calls)}`,
  );
}

try {
  const shared = numbers();
  await Promise.all(Array.from({ length: executor.workers }, () => worker(shared)));
  await executor.close();
} finally {
  clearInterval(watching);
  rmSync(folder, { recursive: true, force: true });
}
