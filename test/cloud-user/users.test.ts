/** Whose credentials of a cloud a run has: what is asked, what is remembered, and that nobody waits for it. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awsCredentials } from "../../src/cloud-user/aws.ts";
import { gcpUser } from "../../src/cloud-user/gcp.ts";
import { CloudUsers } from "../../src/cloud-user/users.ts";
import { ok, workflowRepository } from "../support/cli.ts";
import { recorded } from "../support/recorded.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";

const users = suite("cloud users");
const folders: string[] = [];
const posix = unless(
  process.platform === "win32" ? "the program here is a script of sh" : null,
  users,
);
const ARN = "arn:aws:sts::123456789012:assumed-role/science/ada";

users.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An `aws` that says it once it may, and counts how often it was asked. */
function withAws(script: string) {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-cloud-"));
  folders.push(folder);
  mkdirSync(join(folder, "bin"));
  const text = `#!/bin/sh\necho "$* in $AWS_DEFAULT_REGION" >>${folder}/asked\n${script}\n`;
  writeFileSync(join(folder, "bin/aws"), text, { mode: 0o755 });
  const env = {
    PATH: `${join(folder, "bin")}:${process.env.PATH}`,
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_REGION: "eu-north-1",
    AWS_SECRET_ACCESS_KEY: "sesame",
    AWS_CONFIG_FILE: join(folder, "none"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
  };
  return {
    folder,
    env,
    asked: () => {
      const path = join(folder, "asked");
      return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    },
  };
}

posix(
  "AWS is asked once, in the background; what it said is remembered without secrets",
  async () => {
    const { folder, env, asked } = withAws(
      `while [ ! -f "$GO" ]; do sleep 0.05; done; echo ${ARN}`,
    );
    const memory = join(folder, "memory");
    const go = join(folder, "go");
    const first = new CloudUsers(memory, { ...env, GO: go });
    assert.equal(first.known(new Set(["user_aws"])), []);
    assert.equal(first.come(), [], "nobody waits");
    writeFileSync(go, "");
    const come: unknown[] = [];
    await until(() => come.push(...first.come()) > 0);
    assert.equal(come, [["user_aws", ARN]]);
    assert.equal(first.come(), [], "once");
    const second = new CloudUsers(memory, env);
    assert.equal(second.known(new Set(["user_aws"])), [["user_aws", ARN]]);
    assert.equal(asked(), ["sts get-caller-identity --query Arn --output text in eu-north-1"]);
    const [name, ...others] = readdirSync(memory);
    assert.is(others.length, 0);
    assert.not.match(name + readFileSync(join(memory, name!), "utf8"), /AKIA|sesame/);
    // Others are other ones.
    assert.equal(new CloudUsers(memory, { ...env, AWS_PROFILE: "b" }).known(new Set()), []);
    assert.not.equal(awsCredentials(env), awsCredentials({ ...env, AWS_PROFILE: "b" }));
  },
);

posix("what cannot be told is not asked for again at once, and is no tag", async () => {
  const { folder, env, asked } = withAws(
    "echo Unable to locate credentials >&2; echo None; exit 255",
  );
  const memory = join(folder, "memory");
  new CloudUsers(memory, env).known(new Set(["user_aws"]));
  await until(
    () =>
      asked().length === 1 && readFileSync(join(memory, readdirSync(memory)[0]!), "utf8") !== "",
  );
  assert.equal(new CloudUsers(memory, env).known(new Set(["user_aws"])), []);
  assert.is(asked().length, 1);
  const none = { ...env, AWS_ACCESS_KEY_ID: "" };
  assert.is(awsCredentials(none), null);
});

users("without the program there is no tag, and no error", () => {
  const { folder, env } = withAws("");
  const nowhere = { ...env, PATH: join(folder, "nowhere") };
  const clouds = new CloudUsers(join(folder, "memory"), nowhere);
  assert.equal(
    clouds.known(new Set(["user_aws", "user_gcp"])),
    gcpUser(nowhere) ? clouds.known(new Set(["user_gcp"])) : [],
  );
});

users("Google Cloud's user is that of a service account's file, or gcloud's active one", () => {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-cloud-"));
  folders.push(folder);
  const env = { CLOUDSDK_CONFIG: folder };
  assert.is(gcpUser(env), null);
  mkdirSync(join(folder, "configurations"));
  const config =
    "[compute]\naccount = wrong@example.org\n[core]\nproject = p\naccount = ada@example.org\n\n[run]\nregion = x\n";
  writeFileSync(join(folder, "configurations/config_work"), config);
  assert.is(gcpUser(env), null, "another one is active");
  writeFileSync(join(folder, "active_config"), "work");
  assert.is(gcpUser(env), "ada@example.org");
  assert.is(gcpUser({ ...env, CLOUDSDK_CORE_ACCOUNT: "eve@example.org" }), "eve@example.org");
  const key = join(folder, "key.json");
  writeFileSync(
    key,
    JSON.stringify({ type: "service_account", client_email: "ci@p.iam.gserviceaccount.com" }),
  );
  assert.is(
    gcpUser({ ...env, GOOGLE_APPLICATION_CREDENTIALS: key }),
    "ci@p.iam.gserviceaccount.com",
  );
  writeFileSync(key, "{");
  assert.is(gcpUser({ ...env, GOOGLE_APPLICATION_CREDENTIALS: key }), "ada@example.org");
});

posix(
  "a run that wants the tag has it as soon as it is known: while it runs, or from its start",
  () => {
    const { env } = withAws(`echo ${ARN}`);
    const { dir, git } = workflowRepository({
      "package.json": '{ "type": "module" }',
      "workflow.js": `import { task } from "redun-git";
export const main = task(() => new Promise((done) => setTimeout(done, 3000)));
export const brief = task(() => 1);`,
    });
    git("config", "redun.autotags", "user,user_aws");
    ok(dir, ["run", "-q", "workflow.js", "main"], { env });
    ok(dir, ["run", "-q", "workflow.js", "brief"], { env });
    const { executions } = recorded(dir);
    const atStart = executions.map(({ tags }) => Object.fromEntries(tags).user_aws);
    assert.equal(atStart.sort(), [ARN, undefined]);
    const listed = ok(dir, ["log", "-t", `user_aws=${ARN}`, "--format", "json"]);
    assert.is(listed.trim().split("\n").length, 2);
  },
);

users.run();
