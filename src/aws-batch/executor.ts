import { resolve } from "node:path";
import { Bucket, bucketAddress, type S3Sdk } from "../bucket/bucket.ts";
import { BucketMirror } from "../bucket/mirror.ts";
import { ClusterExecutor } from "../cluster/executor.ts";
import type { Executor, ExecutorSettings } from "../engine/executor.ts";
import { optionalPackage } from "../optional-package.ts";
import { BatchApi, type BatchSdk } from "./api.ts";
import { BatchCluster, WORKER } from "./cluster.ts";

const NEEDED = "The executor aws_batch";

/**
 * Has calls run as array jobs of AWS Batch, in containers that see the scratch folder and the checkout at the same paths, or that
 * reach a scratch area on S3.
 * @throws RedunError EXECUTOR_FAILED, BAD_CONFIG
 */
export function batchExecutor(settings: ExecutorSettings): Executor {
  const root = settings.root ?? "";
  const sdk = optionalPackage<BatchSdk>("@aws-sdk/client-batch", NEEDED, root);
  const api = new BatchApi(sdk, settings.get("region"));
  const cluster = new BatchCluster(api, settings.get, root, mirrorOf(settings));
  return new ClusterExecutor(cluster, settings);
}

/** Undefined where the scratch area is a folder. */
function mirrorOf({ root, get }: ExecutorSettings): BucketMirror | undefined {
  const address = bucketAddress(get("scratch") ?? "");
  if (!address) return undefined;
  const sdk = optionalPackage<S3Sdk>(
    "@aws-sdk/client-s3",
    `${NEEDED} with a scratch area on S3`,
    root ?? "",
  );
  const bucket = new Bucket(sdk, address, get("region"));
  const poll = Number(get("poll") ?? Number.POSITIVE_INFINITY);
  return new BucketMirror(bucket, {
    root: resolve(root ?? ""),
    rest: Math.min(REST, 1000 * poll),
    command: get("command") ?? WORKER,
  });
}

/** Between two looks at what is there, in milliseconds, unless git config says to look more often. */
const REST = 2000;
