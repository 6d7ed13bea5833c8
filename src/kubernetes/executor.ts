import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ClusterExecutor } from "../cluster/executor.ts";
import type { Executor, ExecutorSettings } from "../engine/executor.ts";
import { RedunError } from "../errors.ts";
import { KubeApi } from "./api.ts";
import { KubernetesCluster } from "./cluster.ts";
import type { PodTemplate } from "./job.ts";
import { kubeAccess } from "./kubeconfig.ts";

/**
 * Has calls run as Jobs of Kubernetes, in pods that see the scratch folder and the checkout at the same paths.
 * @throws RedunError EXECUTOR_FAILED, BAD_CONFIG
 */
export async function kubernetesExecutor(settings: ExecutorSettings): Promise<Executor> {
  const template = await podTemplate(settings);
  const access = await kubeAccess(settings.get("context"));
  const api = new KubeApi(access);
  const cluster = new KubernetesCluster(api, access, template, (name) => settings.get(name));
  return new ClusterExecutor(cluster, settings);
}

/** @throws RedunError BAD_CONFIG */
async function podTemplate({ name, root, get }: ExecutorSettings): Promise<PodTemplate> {
  const key = `redun.executor.${name}.pod`;
  const file = get("pod");
  if (file === undefined) {
    throw badPod(`git config ${key} is not set: what pods are made of.`, key);
  }
  const { default: yaml } = await import("yaml");
  let template: PodTemplate;
  try {
    template = yaml.parse(readFileSync(resolve(root ?? ".", file), "utf8"));
  } catch (error) {
    throw badPod(`git config ${key} is "${file}": ${(error as Error).message}`, key);
  }
  if (typeof template?.spec?.containers?.[0]?.image === "string") return template;
  throw badPod(`${file} names no image: spec.containers[0].image.`, key);
}

function badPod(message: string, key: string): RedunError {
  return new RedunError(
    "BAD_CONFIG",
    message,
    `Write a Pod or PodTemplateSpec into a file, with the image and the volumes, and name it with \`git config ${key} pod.yaml\`.`,
  );
}
