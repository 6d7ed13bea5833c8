/** What pods say, as the API has them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exitStatus, latestPods, podState } from "../../src/kubernetes/pods.ts";

const pods = suite("pods");

function pod(status: object, created = "2026-11-30T19:00:00Z", index = "0") {
  const annotations = { "batch.kubernetes.io/job-completion-index": index };
  return {
    metadata: { annotations, creationTimestamp: created },
    spec: { nodeName: "n1" },
    status,
  };
}

function terminated(exitCode: number, reason: string) {
  return { containerStatuses: [{ state: { terminated: { exitCode, reason } } }] };
}

pods("ends are told apart", () => {
  for (const [status, phase, cause] of [
    [{ phase: "Failed", ...terminated(137, "OOMKilled") }, "ended", "memory"],
    [{ phase: "Failed", reason: "DeadlineExceeded" }, "ended", "time"],
    [{ phase: "Failed", ...terminated(3, "Error") }, "ended", null],
    [{ phase: "Succeeded", ...terminated(0, "Completed") }, "ended", null],
    [{ phase: "Running" }, "running", null],
    [{ phase: "Pending" }, "queued", null],
    [{}, "queued", null],
  ] as const) {
    const state = podState(pod(status), false);
    assert.equal([state.phase, state.cause], [phase, cause], JSON.stringify(status));
  }
  assert.is(exitStatus(pod(terminated(3, "Error"))), 3);
  assert.is(exitStatus(pod({})), null);
});

pods("a pod whose node is gone has another one after it, unless its Job is over", () => {
  const conditions = [{ type: "DisruptionTarget", status: "True" }];
  const lost = pod({ phase: "Failed", conditions });
  assert.is(podState(lost, false).phase, "queued");
  assert.equal([podState(lost, true).phase, podState(lost, true).cause], ["ended", "node"]);
  const later = pod({ phase: "Running" }, "2026-11-30T19:00:01Z");
  assert.is(latestPods([later, lost]).get(0), later);
  assert.is(latestPods([lost, later]).get(0), later);
});

pods("what waits says for what", () => {
  const unschedulable = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }];
  const image = [{ state: { waiting: { reason: "ImagePullBackOff" } } }];
  const creating = [{ state: { waiting: { reason: "ContainerCreating" } } }];
  const text = (status: object) => podState(pod({ phase: "Pending", ...status }), false).text;
  assert.is(text({ conditions: unschedulable }), "queued (Unschedulable)");
  assert.is(text({ containerStatuses: image }), "queued (ImagePullBackOff)");
  assert.is(text({ containerStatuses: creating }), "queued");
});

pods.run();
