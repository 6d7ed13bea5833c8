#!/usr/bin/env bash
# @aws-sdk/client-batch 3.1138.0: one `send(SubmitJobCommand)` submits a job several times when an answer gets lost.
#
# The client asks again by itself (three attempts) after a connection that breaks, also where the service had taken the request.
# Elsewhere in AWS a client token makes that harmless, and clients add one without being asked: a RunInstances of EC2, sent once, bears the
# same ClientToken in each attempt. SubmitJob has none, so the jobs are two, the caller hears of the last one only, and
# nothing is an error. `maxAttempts: 1` for submissions, and a look for the job's name before another try, avoid it.
#
# Seen (Node 20.20, @aws-sdk/client-batch and @aws-sdk/client-ec2 3.1138.0): see the lines below.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . @aws-sdk/client-batch@3.1138.0 @aws-sdk/client-ec2@3.1138.0
cat > show.mjs <<'JS'
import { createServer } from "node:http";
import { BatchClient, SubmitJobCommand } from "@aws-sdk/client-batch";
import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";

const taken = [];
const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request) text += part;
  taken.push(text);
  // The first request is taken, and its answer does not arrive.
  if (taken.length === 1) return request.socket.destroy();
  if (text[0] === "{") response.end(JSON.stringify({ jobId: `job-${taken.length}`, jobName: "a" }));
  else response.setHeader("content-type", "text/xml").end("<RunInstancesResponse/>");
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const common = {
  region: "eu-north-1",
  endpoint: `http://127.0.0.1:${server.address().port}`,
  credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" },
};
const job = { jobName: "a", jobQueue: "q", jobDefinition: "d" };
const { jobId } = await new BatchClient(common).send(new SubmitJobCommand(job));
const same = new Set(taken).size === 1;
console.log(`batch: sent once, taken ${taken.length} times, ${same ? "the same body" : "other bodies"}, answer ${jobId}`);
console.log(`batch: a token in it: ${/token/i.test(taken[0])}`);
taken.length = 0;
await new EC2Client(common).send(new RunInstancesCommand({ ImageId: "ami-1", MinCount: 1, MaxCount: 1 }));
const tokens = new Set(taken.map((text) => new URLSearchParams(text).get("ClientToken")));
console.log(`ec2: sent once, taken ${taken.length} times, with ${tokens.size} token: ${[...tokens].every(Boolean)}`);
process.exit();
JS
node show.mjs | tee seen
diff seen - <<'SEEN'
batch: sent once, taken 2 times, the same body, answer job-2
batch: a token in it: false
ec2: sent once, taken 2 times, with 1 token: true
SEEN
