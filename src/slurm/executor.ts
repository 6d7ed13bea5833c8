import { ClusterExecutor } from "../cluster/executor.ts";
import type { Executor, ExecutorSettings } from "../engine/executor.ts";
import { SlurmCluster } from "./cluster.ts";

/** Has calls run as jobs of Slurm, submitted in arrays. */
export function slurmExecutor(settings: ExecutorSettings): Executor {
  return new ClusterExecutor(new SlurmCluster((option) => settings.get(option)), settings);
}
