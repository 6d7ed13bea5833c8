/** Executions as in-toto statements, and their envelopes as others verify them. */
import { spawn, spawnSync } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { agentKeys, signWithAgent } from "../../src/exchange/in-toto/ssh-agent.ts";
import { cli, jsonLines, ok, record, workflowRepository } from "../support/cli.ts";
import { pythonWith } from "../support/python.ts";
import { prepared } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";

const WORKFLOW = `import { File, task } from "redun-git";
import { writeFileSync } from "node:fs";
export const namespace = "js";
export const put = task(function put(path, text, source) { writeFileSync(path, text); return new File(path); });
export const main = task(function main(n = 2 ** 60) {
  const first = put("o.txt", "first", new File("in.csv"));
  return [put("o.txt", "x", first), put("gone.txt", "y", null)];
});
export const fails = task(function fails() { put("p.txt", "p", null); throw new Error("no"); });
`;

const runs = prepared(() => {
  const made = workflowRepository({ "w.mjs": WORKFLOW, "in.csv": "1,2\n" });
  record(made.dir, ["-t", "env=dev", "w.mjs", "main"]);
  rmSync(join(made.dir, "gone.txt"));
  cli(made.dir, ["run", "-q", "w.mjs", "fails"]);
  return made;
});

const X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

const attestations = suite("export to in-toto");

attestations("files that an execution gave are subjects, and what it took are dependencies", () => {
  const { dir, git } = runs();
  const { stdout, stderr } = cli(dir, ["export", "--to", "in-toto"]);
  const [statement, ...more] = jsonLines(stdout);
  assert.equal(more, []);
  assert.match(stderr, /^[0-9a-f]{8}: no longer here as it was: gone\.txt\n/);
  assert.match(stderr, /[0-9a-f]{8}: nothing to attest: it did not end well, or has no file\.\n$/);
  assert.is(statement._type, "https://in-toto.io/Statement/v1");
  assert.equal(statement.subject, [
    { name: "o.txt", digest: { sha256: X, gitBlob: git("hash-object", "o.txt") } },
  ]);
  const { buildDefinition, runDetails } = statement.predicate;
  assert.equal(buildDefinition.externalParameters.calls, [
    { task: "js.main", args: { n: "1152921504606846976" } },
  ]);
  assert.ok(buildDefinition.internalParameters.tags.includes("env=dev"));
  const [code, input, ...others] = buildDefinition.resolvedDependencies;
  assert.is(code.digest.gitCommit, git("rev-parse", "HEAD"));
  assert.is(input.name, "in.csv");
  assert.equal(Object.keys(input.digest), ["sha256", "gitBlob"]);
  assert.equal(others, []);
  assert.match(runDetails.metadata.invocationId, /^urn:redun-git:execution:[0-9a-f]{40}$/);
});

attestations("what had nothing to attest is not counted as written", () => {
  const { dir } = runs();
  const words = ["export", "--to", "in-toto", "-o", "all.jsonl"];
  assert.match(ok(dir, words), /^Wrote 1 execution to all\.jsonl\n/);
  assert.is(jsonLines(readFileSync(join(dir, "all.jsonl"), "utf8")).length, 1);
});

attestations("an agent whose answer nobody can read is a sentence", async () => {
  // The kind of answer (12: keys) is right, and what follows promises more than there is.
  const answers = [
    [0, 0, 0, 1],
    [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 4],
    [0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 0, 0, 0, 0],
  ];
  for (const answer of answers) {
    const dir = mkdtempSync(join(tmpdir(), "agent-"));
    const path = join(dir, "s");
    const body = Buffer.from([0, 0, 0, answer.length + 1, 12, ...answer]);
    const agent = createServer((socket) => socket.on("data", () => socket.write(body)));
    await new Promise<void>((done) => agent.listen(path, done));
    try {
      await agentKeys(path).then(async ([key]) => signWithAgent(path, key!, Buffer.of(1)));
      assert.unreachable();
    } catch (error) {
      assert.instance(error, RedunError);
      assert.is((error as RedunError).code, "SIGNING_FAILED");
    } finally {
      agent.close();
      rmSync(dir, { recursive: true });
    }
  }
});

attestations("is signed by nobody where there is no agent, and nothing else is signed", () => {
  const { dir } = runs();
  const none = cli(dir, ["export", "--to", "in-toto", "--sign"], { env: { SSH_AUTH_SOCK: "" } });
  assert.is(none.status, 1);
  assert.match(none.stderr, "SSH_AUTH_SOCK names none. [SIGNING_FAILED]");
  const gone = cli(dir, ["export", "--to", "in-toto", "--sign"], {
    env: { SSH_AUTH_SOCK: join(dir, "no.sock") },
  });
  assert.match(gone.stderr, /ssh-agent did not sign: .*ENOENT/);
  assert.is(cli(dir, ["export", "--to", "prov", "--sign"]).status, 2);
});

const noAgent = spawnSync("ssh-agent", ["-k"]).error ? "ssh-agent is not installed" : null;

/** An agent with a key of each kind. Its socket's path has to be short. */
async function withAgent(run: (env: Record<string, string>, dir: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "agent-"));
  const env = { SSH_AUTH_SOCK: join(dir, "s") };
  const agent = spawn("ssh-agent", ["-D", "-a", env.SSH_AUTH_SOCK], { stdio: "ignore" });
  try {
    await until(() => existsSync(env.SSH_AUTH_SOCK));
    for (const kind of KINDS) {
      const words = ["-q", "-t", kind, "-N", "", "-f", join(dir, kind)];
      assert.is(spawnSync("ssh-keygen", words).status, 0);
    }
    run(env, dir);
  } finally {
    agent.kill();
    rmSync(dir, { recursive: true });
  }
}

const KINDS = ["ed25519", "ecdsa", "rsa"] as const;

function add(env: Record<string, string>, ...words: string[]): void {
  const { status, stderr } = spawnSync("ssh-add", ["-q", ...words], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
}

/** A public key as Node has it: ssh-keygen writes no ed25519 key in another form than ssh's. */
function publicKey(path: string, kind: (typeof KINDS)[number]) {
  if (kind === "ed25519") {
    const blob = Buffer.from(readFileSync(`${path}.pub`, "utf8").split(" ")[1]!, "base64");
    const x = blob.subarray(-32).toString("base64url");
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  }
  const { stdout } = spawnSync("ssh-keygen", ["-e", "-m", "PKCS8", "-f", `${path}.pub`]);
  return createPublicKey(stdout);
}

unless(noAgent, attestations)("envelopes are signed by keys of each kind", () =>
  withAgent((env, keys) => {
    const { dir, git } = runs();
    const words = ["export", "--to", "in-toto", "--sign", "~1"];
    assert.match(cli(dir, words, { env }).stderr, "ssh-agent has 0 keys");
    for (const kind of KINDS) {
      add(env, "-D");
      add(env, join(keys, kind));
      const [envelope] = jsonLines(ok(dir, words, { env }));
      const payload = Buffer.from(envelope.payload, "base64");
      assert.is(JSON.parse(payload.toString()).subject[0].digest.sha256, X);
      const type = "application/vnd.in-toto+json";
      const data = Buffer.concat([
        Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `),
        payload,
      ]);
      const sig = Buffer.from(envelope.signatures[0].sig, "base64");
      const key = publicKey(join(keys, kind), kind);
      assert.ok(verify(kind === "ed25519" ? null : "sha256", data, key, sig), kind);
    }
    add(env, join(keys, "ed25519"));
    assert.match(cli(dir, words, { env }).stderr, "ssh-agent has 2 keys");
    git("config", "gpg.format", "ssh");
    git("config", "user.signingKey", join(keys, "ed25519"));
    assert.match(ok(dir, words, { env }), '"sig":');
    git("config", "user.signingKey", join(keys, "ecdsa.pub"));
    assert.match(cli(dir, words, { env }).stderr, "does not have the key of git's user.signingKey");
  }),
);

const missing = noAgent ?? pythonWith("securesystemslib, in_toto_attestation").missing;

unless(missing, attestations)("securesystemslib and in-toto's own classes take them", () =>
  withAgent((env, keys) => {
    const { dir } = runs();
    for (const kind of KINDS) {
      add(env, "-D");
      add(env, join(keys, kind));
      ok(dir, ["export", "--to", "in-toto", "--sign", "~1", "-o", `${kind}.json`], { env });
      const key = readFileSync(join(keys, `${kind}.pub`));
      writeFileSync(join(dir, `${kind}.pub`), key);
    }
    const program = `import json
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
for kind, scheme in ("ed25519", None), ("ecdsa", None), ("rsa", "rsa-pkcs1v15-sha256"):
    key = SSlibKey.from_crypto(load_ssh_public_key(open(kind + ".pub", "rb").read()), scheme=scheme)
    envelope = Envelope.from_dict(json.load(open(kind + ".json")))
    envelope.verify([key], 1)
    Statement.copy_from_pb(json_format.Parse(envelope.payload, statement_pb2.Statement())).validate()
    predicate = json.loads(envelope.payload)["predicate"]
    json_format.ParseDict(predicate, provenance_pb2.Provenance())
    envelope.payload += b" "
    try:
        envelope.verify([key], 1)
    except VerificationError:
        print(kind)`;
    assert.is(pythonWith("json").run(dir, program), KINDS.join("\n"));
  }),
);

attestations.run();
