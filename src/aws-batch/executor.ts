import { ClusterExecutor } from "../cluster/executor.ts";
import type { Executor, ExecutorSettings } from "../engine/executor.ts";
import { BatchApi } from "./api.ts";
import { BatchCluster } from "./cluster.ts";
import { batchSdk } from "./sdk.ts";

/**
 * Has calls run as array jobs of AWS Batch, in containers that see the scratch folder and the checkout at the same paths.
 * @throws RedunError EXECUTOR_FAILED, BAD_CONFIG
 */
export function batchExecutor(settings: ExecutorSettings): Executor {
  const api = new BatchApi(batchSdk(settings.root ?? ""), settings.get("region"));
  return new ClusterExecutor(new BatchCluster(api, (option) => settings.get(option)), settings);
}
