import { ClusterExecutor } from "../cluster/executor.ts";
import type { Executor, ExecutorSettings } from "../engine/executor.ts";
import { HyperQueueCluster } from "./cluster.ts";

/** Has calls run as tasks of HyperQueue, submitted in arrays. */
export function hyperQueueExecutor(settings: ExecutorSettings): Executor {
  return new ClusterExecutor(new HyperQueueCluster((option) => settings.get(option)), settings);
}
