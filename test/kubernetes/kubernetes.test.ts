/** `k8s` against a stand-in for the API, over real HTTP: what is asked, what comes back, what is recorded. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kubeAccess } from "../../src/kubernetes/kubeconfig.ts";
import { CLI, kill, start, workflowRepository } from "../support/cli.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { until } from "../support/until.ts";
import { KubernetesStandIn } from "./stand-in.ts";

const WORKFLOW = `
import { appendFileSync, existsSync } from "node:fs";
import { task } from "redun-git";
const k8s = { executor: "k8s", memory: 0.5, cpus: 0.5 };
export const square = task(k8s, (n) => { console.log("squaring " + n); return n * n; });
export const squares = task((n) => Array.from({ length: n }, (_, i) => square(i)));
export const slow = task(k8s, async (name) => {
  appendFileSync("begun", name + "\\n");
  while (!existsSync("go")) await new Promise((done) => setTimeout(done, 50));
  return name + " is done";
});
export const slows = task((names) => names.map((name) => slow(name)));
export const exits = task(k8s, () => { console.error("last words"); process.exit(3); });
export const late = task({ ...k8s, time: 0.03, gpus: 1 }, () => new Promise(() => setInterval(() => {}, 1000)));
`;

const POD = `
metadata: { labels: { team: science } }
spec:
  serviceAccountName: runs
  containers:
    - image: registry.example/science:1
      env: [{ name: MODE, value: fast }]
`;

const kubernetes = suite("kubernetes");

async function repository() {
  const made = workflowRepository({
    "package.json": '{ "type": "module" }',
    "workflow.js": WORKFLOW,
    "pod.yaml": POD,
    ".gitignore": "/begun\n/go\n/kubeconfig\n",
  });
  const { dir, git } = made;
  const cluster = new KubernetesStandIn();
  const kubeconfig = {
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "stand-in", user: "me", namespace: "team" } }],
    clusters: [{ name: "stand-in", cluster: { server: await cluster.start() } }],
    users: [{ name: "me", user: { token: "secret" } }],
  };
  writeFileSync(join(dir, "kubeconfig"), JSON.stringify(kubeconfig));
  for (const [name, value] of [
    ["pod", "pod.yaml"],
    ["poll", "0.2"],
    ["command", `'${process.execPath}' '${CLI}' oneshot`],
  ] as const) {
    git("config", `redun.executor.k8s.${name}`, value);
  }
  const env = { KUBECONFIG: join(dir, "kubeconfig") };
  const begun = join(dir, "begun");
  return {
    ...made,
    cluster,
    run: (...words: string[]) =>
      start(dir, ["run", "-q", "--format", "json", "workflow.js", ...words], { env }),
    begun: () => (existsSync(begun) ? readFileSync(begun, "utf8").trim().split("\n") : []),
    goOn: () => writeFileSync(join(dir, "go"), ""),
  };
}

async function withCluster(use: (made: Awaited<ReturnType<typeof repository>>) => Promise<void>) {
  const made = await repository();
  try {
    await use(made);
  } finally {
    made.cluster.stop();
  }
}

kubernetes("calls are indexes of one Job; a server that has no time is asked again", () =>
  withCluster(async ({ dir, cluster, run }) => {
    cluster.busy = 2;
    const { status, stdout, stderr } = await run("squares", "--n", "3").ended;
    assert.is(status, 0, stderr);
    assert.equal(JSON.parse(stdout.trim().split("\n").at(-1)!), [0, 1, 4]);
    assert.match(stdout, /squaring 2/);
    const [job] = [...cluster.jobs.values()];
    assert.is(cluster.jobs.size, 1);
    assert.is(job.spec.completions, 3);
    assert.is(job.spec.backoffLimitPerIndex, 0);
    const { spec, metadata } = job.spec.template;
    assert.equal(metadata, { labels: { team: "science" } });
    assert.is(spec.serviceAccountName, "runs");
    assert.equal(spec.containers[0].resources.limits, { cpu: "0.5", memory: "500000000" });
    assert.is(spec.containers[0].env[0].name, "MODE");
    assert.ok(cluster.requests.every(({ token }) => token === "Bearer secret"));
    const tags = jobsOf(recorded(dir), "square").map(({ tags }) => Object.fromEntries(tags));
    assert.equal(
      tags.map(({ k8s_job }) => k8s_job).sort(),
      [0, 1, 2].map((n) => `${job.metadata.name}:${n}`),
    );
    assert.ok(tags.every(({ k8s_cluster }) => k8s_cluster === "stand-in"));
    assert.ok(tags.every(({ k8s_node }) => /^node-\d$/.test(String(k8s_node))));
  }),
);

kubernetes("ends of workers are told apart", () =>
  withCluster(async ({ dir, run, cluster }) => {
    const [exits, late] = await Promise.all([run("exits").ended, run("late").ended]);
    assert.match(
      exits.stderr,
      /Kubernetes job redun-\S+:0 on node-\d ended before it had answered exits: its command ended with status 3\.\n.*last words/,
    );
    assert.match(late.stderr, /ended before it had answered late: its time was over/);
    assert.is(Object.fromEntries(jobOf(recorded(dir), "late").tags).k8s_state, "DeadlineExceeded");
    const limits = [...cluster.jobs.values()].map(
      ({ spec }) => spec.template.spec.containers[0].resources.limits,
    );
    assert.ok(limits.some((one) => one["nvidia.com/gpu"] === "1"));
  }),
);

kubernetes("a pod whose node is drained runs again, and the run does not notice", () =>
  withCluster(async ({ run, cluster, begun, goOn }) => {
    const running = run("slow", "--name", "a");
    await until(() => begun().length === 1);
    cluster.evict(cluster.running()[0].metadata.name);
    await until(() => begun().length === 2);
    goOn();
    const { status, stdout, stderr } = await running.ended;
    assert.is(status, 0, stderr);
    assert.is(JSON.parse(stdout), "a is done");
  }),
);

kubernetes("a submitter that was killed finds its Job again", () =>
  withCluster(async ({ run, cluster, begun, goOn }) => {
    const first = run("slows", "--names", '["a", "b"]');
    await until(() => begun().length === 2);
    await kill(first);
    const second = run("slows", "--names", '["a", "b"]');
    goOn();
    const { status, stderr } = await second.ended;
    assert.is(status, 0, stderr);
    assert.is(begun().length, 2);
    assert.is(cluster.jobs.size, 1);
  }),
);

kubernetes("Ctrl-C deletes the Job", () =>
  withCluster(async ({ run, cluster, begun }) => {
    const running = run("slow", "--name", "a");
    await until(() => begun().length === 1);
    running.child.kill("SIGINT");
    assert.is((await running.ended).status, 130);
    assert.is(cluster.jobs.size, 0);
    assert.equal(cluster.running(), []);
  }),
);

kubernetes("what is missing is told", async () => {
  const { dir, git, cluster } = await repository();
  cluster.stop();
  const run = (env: Record<string, string>) =>
    start(dir, ["run", "-q", "workflow.js", "slow", "--name", "a"], { env }).ended;
  assert.match((await run({ KUBECONFIG: "/none" })).stderr, /There is no kubeconfig/);
  git("config", "redun.executor.k8s.pod", "package.json");
  assert.match((await run({})).stderr, /package\.json names no image/);
});

kubernetes(
  "a kubeconfig as kubectl reads it: several files, another context, a token of a program",
  async () => {
    const { dir, cluster } = await repository();
    cluster.stop();
    const second = {
      contexts: [{ name: "there", context: { cluster: "stand-in", user: "program" } }],
      users: [
        {
          name: "program",
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1",
              command: "sh",
              args: ["-c", 'echo "{\\"status\\":{\\"token\\":\\"$WHO\\"}}"'],
              env: [{ name: "WHO", value: "me" }],
            },
          },
        },
      ],
    };
    writeFileSync(join(dir, "second"), JSON.stringify(second));
    const access = await kubeAccess("there", {
      KUBECONFIG: `${join(dir, "kubeconfig")}:${join(dir, "second")}`,
    });
    assert.is(access.namespace, "default");
    assert.is(access.cluster, "stand-in");
    assert.is(await access.token(), "me");
    await kubeAccess("nowhere", { KUBECONFIG: join(dir, "second") }).then(
      () => assert.unreachable(),
      (error) => assert.match(error.message, /no context "nowhere"/),
    );
  },
);

kubernetes.run();
