import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { RedunError } from "../errors.ts";
import { withoutRunMark } from "../run-mark.ts";

/** Where the API of a cluster is, and how to get in. */
export interface KubeAccess {
  /** Its name in the kubeconfig. */
  readonly cluster: string;
  /** `https://host:6443`, without a slash at the end. */
  readonly server: string;
  readonly namespace: string;
  readonly tls: {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly rejectUnauthorized?: boolean;
  };
  /** Asked for each request: some expire. */
  token(): Promise<string | null>;
}

/** What is read of a kubeconfig. */
interface KubeConfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly Named<
    "context",
    { cluster: string; user: string; namespace?: string }
  >[];
  readonly clusters?: readonly Named<"cluster", Readonly<Record<string, unknown>>>[];
  readonly users?: readonly Named<"user", Readonly<Record<string, unknown>>>[];
}

type Named<Key extends string, Value> = { readonly name: string } & Readonly<Record<Key, Value>>;

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The access that `kubectl` would have: by the files in KUBECONFIG, of which the first that names a thing counts, by
 * `~/.kube/config`, or within a pod by its service account.
 * @param context in place of the current one
 * @throws RedunError EXECUTOR_FAILED
 */
export async function kubeAccess(
  context: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<KubeAccess> {
  const files = (env.KUBECONFIG || join(homedir(), ".kube/config"))
    .split(":")
    .filter((path) => path !== "" && existsSync(path));
  if (files.length === 0) {
    if (env.KUBERNETES_SERVICE_HOST) return withinPod(env);
    throw failed("There is no kubeconfig: neither KUBECONFIG nor ~/.kube/config names a cluster.");
  }
  const configs = await Promise.all(
    files.map(async (path) => ({ path, config: await readConfig(path) })),
  );
  const name = context ?? configs.map(({ config }) => config["current-context"]).find(Boolean);
  const wanted = found(configs, "contexts", "context", name);
  const cluster = found(configs, "clusters", "cluster", wanted.value.cluster);
  const user = found(configs, "users", "user", wanted.value.user);
  const server = String(cluster.value.server ?? "").replace(/\/+$/, "");
  if (!/^https?:\/\//.test(server)) throw failed(`The cluster ${cluster.name} has no server.`);
  return {
    cluster: cluster.name,
    server,
    namespace: wanted.value.namespace ?? "default",
    tls: {
      ...bytes(cluster, "certificate-authority", "ca"),
      ...bytes(user, "client-certificate", "cert"),
      ...bytes(user, "client-key", "key"),
      ...(cluster.value["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
    },
    token: tokenOf(user),
  };
}

interface Found<Value> {
  readonly name: string;
  readonly value: Value;
  /** From which its file names are. */
  readonly folder: string;
}

type Of<Config, List extends keyof Config, Key extends string> =
  NonNullable<Config[List]> extends readonly Named<Key, infer Value>[] ? Value : never;

function found<List extends "contexts" | "clusters" | "users", Key extends string>(
  configs: readonly { readonly path: string; readonly config: KubeConfig }[],
  list: List,
  key: Key,
  name: string | undefined,
): Found<Of<KubeConfig, List, Key>> {
  for (const { path, config } of configs) {
    const entries = (config[list] ?? []) as readonly { readonly name: string }[];
    const entry = entries.find((one) => one.name === name);
    if (!entry) continue;
    const value = (entry as Named<Key, Of<KubeConfig, List, Key>>)[key];
    return { name: entry.name, value, folder: dirname(path) };
  }
  throw failed(
    name === undefined
      ? "The kubeconfig has no current context."
      : `The kubeconfig has no ${key} "${name}".`,
  );
}

async function readConfig(path: string): Promise<KubeConfig> {
  const { default: yaml } = await import("yaml");
  try {
    return (yaml.parse(readFileSync(path, "utf8")) ?? {}) as KubeConfig;
  } catch (error) {
    throw failed(`The kubeconfig ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** What stands there itself in base 64, or in a file. */
function bytes(
  { value, folder }: Found<Readonly<Record<string, unknown>>>,
  name: string,
  as: "ca" | "cert" | "key",
): { readonly [name: string]: Buffer } {
  const data = value[`${name}-data`];
  if (typeof data === "string") return { [as]: Buffer.from(data, "base64") };
  const path = value[name];
  return typeof path === "string" ? { [as]: readFileSync(resolve(folder, path)) } : {};
}

function tokenOf({ name, value, folder }: Found<Readonly<Record<string, unknown>>>) {
  const { token, tokenFile, exec } = value;
  if (typeof tokenFile === "string") {
    return async () => readFileSync(resolve(folder, tokenFile), "utf8").trim();
  }
  if (typeof token === "string") return async () => token;
  if (typeof exec !== "object" || exec === null) return async () => null;
  let known: { readonly token: string | null; readonly until: number } | undefined;
  return async () => {
    if (!known || known.until < Date.now()) known = await tokenByProgram(name, exec as ExecPlugin);
    return known.token;
  };
}

interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/** By a program of the cloud's, which prints an ExecCredential. */
async function tokenByProgram(user: string, { apiVersion, command, args, env }: ExecPlugin) {
  const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  try {
    const { stdout } = await promisify(execFile)(command, [...(args ?? [])], {
      env: {
        ...withoutRunMark(process.env),
        ...variables,
        KUBERNETES_EXEC_INFO: JSON.stringify(info),
      },
    });
    const { token = null, expirationTimestamp } = JSON.parse(stdout).status;
    const expires = expirationTimestamp
      ? Date.parse(expirationTimestamp)
      : Number.POSITIVE_INFINITY;
    return { token, until: expires - 60_000 };
  } catch (error) {
    throw failed(`${command}, which gives ${user} its token, failed: ${(error as Error).message}`);
  }
}

function withinPod({
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
}: NodeJS.ProcessEnv) {
  const text = (name: string) => readFileSync(join(SERVICE_ACCOUNT, name), "utf8").trim();
  return {
    cluster: "in-cluster",
    server: `https://${host?.includes(":") ? `[${host}]` : host}:${port ?? 443}`,
    namespace: text("namespace"),
    tls: { ca: readFileSync(join(SERVICE_ACCOUNT, "ca.crt")) },
    token: async () => text("token"),
  };
}

function failed(message: string): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    message,
    "`kubectl config view --minify` shows what is meant; `git config redun.executor.k8s.context` names another context.",
  );
}
