/** Events are sent to a server once each, whatever the server does. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLI, cli, jsonLines, record, workflowRepository } from "../support/cli.ts";
import { prepared } from "../support/repository.ts";

const runs = prepared(() => {
  const made = workflowRepository({
    "w.mjs": `import { task } from "redun-git";
export const half = task(function half(n) { return n / 2; });
export const main = task(function main() { return half(8); });
`,
  });
  record(made.dir, ["w.mjs", "main"]);
  return made;
});

/** A server that answers what is told, and otherwise 201. */
async function serving(
  answer: (event: { eventType: string; job: { name: string } }, at: number) => number | "cut",
) {
  const accepted: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      const event = JSON.parse(body);
      const status = answer(event, requests.push(request));
      if (status === "cut") {
        request.socket.destroy();
        return;
      }
      if (status < 300) accepted.push(`${event.eventType} ${event.job.name}`);
      response.writeHead(status, { "retry-after": "0" }).end("said");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    accepted,
    requests,
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The command beside this process, which serves. */
function post(dir: string, url: string, env: Record<string, string> = {}) {
  const words = [CLI, "export", "--to", "openlineage", "--post", url];
  const child = spawn(process.execPath, words, { cwd: dir, env: { ...process.env, ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (piece) => {
    stdout += piece;
  });
  child.stderr.on("data", (piece) => {
    stderr += piece;
  });
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((done) => {
    child.on("close", (status) => done({ status, stdout, stderr }));
  });
}

const ALL = [
  "START main",
  "START main",
  "COMPLETE main",
  "START half",
  "COMPLETE half",
  "COMPLETE main",
];

const posting = suite("post to OpenLineage");

posting("what a server had trouble with is tried again, and nothing is sent twice", async () => {
  const { dir } = runs();
  const server = await serving((_, at) => ([503, "cut", 201, 429, 201][at - 1] as 503) ?? 200);
  try {
    const first = await post(dir, server.url, { OPENLINEAGE_API_KEY: "secret" });
    assert.is(first.stdout, `Sent 6 events to ${new URL(server.url).host}\n`);
    assert.equal([first.status, first.stderr], [0, ""]);
    assert.equal(server.accepted, ALL);
    const [{ url, headers }] = server.requests as [IncomingMessage];
    assert.equal([url, headers.authorization], ["/api/v1/lineage", "Bearer secret"]);
    const again = await post(dir, server.url);
    assert.match(again.stdout, /^Sent 0 events to \S+; it had 6 others already\n$/);
    cli(dir, ["tag", "add", "-", "env=prod"]);
    await post(dir, server.url);
    assert.equal(server.accepted, ALL);
  } finally {
    await server.close();
  }
});

posting("an event that is refused is kept, and goes with the next command", async () => {
  const { dir } = runs();
  let isWell = false;
  const server = await serving(({ job }) => (job.name === "half" && !isWell ? 400 : 201));
  try {
    const { status, stdout, stderr } = await post(dir, server.url);
    assert.is(status, 1);
    assert.match(stdout, "Sent 4 events");
    assert.match(stderr, /did not accept 2 events: it answered 400. \[REMOTE_FAILED\]/);
    const kept = /They are in (\S+);/.exec(stderr)![1]!;
    assert.equal(
      jsonLines(readFileSync(kept, "utf8")).map(({ eventType, job }) => `${eventType} ${job.name}`),
      ["START half", "COMPLETE half"],
    );
    isWell = true;
    assert.match((await post(dir, server.url)).stdout, "Sent 2 events");
    assert.not.ok(existsSync(kept));
    assert.is(server.requests.length, 6 + 2);
  } finally {
    await server.close();
  }
});

posting(
  "a server that is gone is not asked for each event, and no address gives away a password",
  async () => {
    const { dir } = runs();
    const server = await serving((_, at) => (at === 1 ? 201 : 503));
    try {
      const { status, stderr } = await post(dir, server.url);
      assert.is(status, 1);
      assert.match(stderr, "did not accept 5 events: it answered 503");
      assert.is(server.requests.length, 1 + 5);
    } finally {
      await server.close();
    }
    const gone = await post(dir, server.url);
    assert.match(gone.stderr, /did not accept 5 events: .*ECONNREFUSED/);
    assert.is(readdirSync(join(dir, ".git/redun/openlineage")).length, 2);
    for (const url of ["http://bob:secret@127.0.0.1/", "ftp://127.0.0.1", "lineage"]) {
      const bad = await post(dir, url);
      assert.is(bad.status, 2);
      assert.not.match(bad.stderr, /secret/);
    }
    assert.is(cli(dir, ["export", "--to", "prov", "--post", server.url]).status, 2);
  },
);

posting.run();
