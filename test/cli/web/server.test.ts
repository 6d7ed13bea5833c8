/** `redun-git web` without a browser: who is answered, with what, and what may be changed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, record, tagTexts, workflowRepository } from "../../support/cli.ts";
import { webServer } from "../../support/web-server.ts";

const HOSTILE = `</script><script>alert(1)</script>"'\u202e`;
const { dir, git } = workflowRepository();
record(dir, [
  "workflow.ts",
  "main",
  "--greet",
  "Hi",
  "-t",
  "env=dev",
  "-t",
  "n=12345678901234567890",
]);
record(dir, ["workflow.ts", "main", "--greet", HOSTILE, "-t", "env=prod", "--doc", HOSTILE]);
const [second, first] = logged(dir);
const server = await webServer(dir);
const { token } = server;
const root = `/${token}/`;

const test = suite("web");
test.after(async () => void (await server.stop()));

test("the page is one document that runs nothing but its own script", async () => {
  const { status, headers, text } = await server.get(root);
  assert.is(status, 200);
  const policy = String(headers["content-security-policy"]);
  assert.match(
    policy,
    /^default-src 'none'; script-src 'sha256-[^ ']+'; style-src 'sha256-[^ ']+';/,
  );
  assert.match(policy, /frame-ancestors 'none'/);
  assert.not.match(policy, /unsafe|https?:/);
  assert.is(headers["x-content-type-options"], "nosniff");
  assert.is(headers["referrer-policy"], "no-referrer");
  assert.is(headers["cache-control"], "no-store");
  // One script, which ends where the document does.
  assert.is(text.match(/<\/script/g)?.length, 1);
  assert.is(text.match(/<\/style/g)?.length, 1);
  assert.not.match(text, /(?:src|href)="(?!data:)/);
});

test("without its token nobody gets anything", async () => {
  for (const path of [
    "/",
    "/x/",
    `/${token}x/`,
    `/${token.slice(1)}/`,
    "/api/info",
    "/x/api/info",
  ]) {
    const { status, text } = await server.get(path);
    assert.is(status, 403, path);
    assert.not.match(text, new RegExp(token));
  }
});

test("a server of another name, and pages of other sites, get nothing", async () => {
  const { port } = server;
  const refused: Record<string, string>[] = [
    { Host: "evil.example" },
    { Host: `evil.example:${port}` },
    { Host: `127.0.0.1.evil.example:${port}` },
    { Host: `127.0.0.1:${port}@evil.example` },
    { Origin: "http://evil.example" },
    { Origin: "null" },
    { Origin: `http://localhost:${port + 1}` },
    { Origin: `https://127.0.0.1:${port}` },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
  ];
  for (const headers of refused) {
    const { status } = await server.get(`${root}api/info`, headers);
    assert.is(status, 403, JSON.stringify(headers));
  }
  // Through a tunnel it is on another port.
  for (const Host of [`127.0.0.1:${port}`, `localhost:${port}`, "localhost:8080"]) {
    const own = { Host, Origin: `http://${Host}`, "Sec-Fetch-Site": "same-origin" };
    assert.is((await server.get(`${root}api/info`, own)).status, 200, Host);
  }
});

test("what is not there is not found, whatever the path", async () => {
  const paths = [
    "api",
    "api/",
    "api/../../etc/passwd",
    "../../etc/passwd",
    "%2e%2e/x",
    "dist/cli.cjs",
  ];
  for (const path of paths) {
    assert.is((await server.get(root + path)).status, 404, path);
  }
  const { status, text } = await server.get(`${root}api/constructor`);
  assert.is(status, 400);
  assert.is(JSON.parse(text).code, "USAGE");
  for (const id of ["zzz", HOSTILE, "../../etc/passwd", "__proto__", "'; drop table execution"]) {
    const asked = new URLSearchParams({ address: `executions/${id}` });
    const answer = await server.get(`${root}api/entity?${asked}`);
    assert.is(answer.status, 404, id);
    assert.is(JSON.parse(answer.text).code, "UNKNOWN_ID");
  }
});

test("an answer is a view as it is, and keeps every digit", async () => {
  const page = await server.ask("list?type=executions");
  assert.equal(
    page.items.map(({ id }: { id: string }) => id),
    [second.id, first.id],
  );
  const { text } = await server.get(`${root}api/entity?address=executions/${first.id}`);
  assert.match(text, /12345678901234567890/);
  const job = (await server.ask(`chart?id=${first.id}`)).jobs[1];
  const entity = await server.ask(`entity?address=jobs/${job[0]}`);
  assert.is(entity.type, "Job");
  assert.is(entity.job.execution, first.id);
  assert.equal(await server.ask("conflicts?"), []);
  const bad = await server.get(`${root}api/list?type=executions&query=${encodeURIComponent("(")}`);
  assert.is(JSON.parse(bad.text).code, "BAD_QUERY");
});

const edit = (headers: Record<string, string>, body: object) =>
  server.send("POST", `${root}edit`, headers, JSON.stringify(body));

test("an edit is a commit with its reason; one that another site could send is refused", async () => {
  const body = { kind: "update", ids: [first.id], tags: ["env=test"], reason: "a try" };
  const json = { "Content-Type": "application/json" };
  const own = { ...json, Origin: `http://127.0.0.1:${server.port}` };
  const before = git("rev-parse", "refs/redun/main");
  const refused: readonly [Record<string, string>, number][] = [
    [json, 403],
    [{ ...json, Origin: "http://evil.example" }, 403],
    [{ ...own, "Content-Type": "text/plain" }, 415],
    [{ ...own, "Content-Type": "application/x-www-form-urlencoded" }, 415],
  ];
  for (const [headers, status] of refused) assert.is((await edit(headers, body)).status, status);
  const foreign = await server.send("POST", "/edit", own, JSON.stringify(body));
  assert.is(foreign.status, 403);
  assert.is((await server.send("DELETE", root, own)).status, 405);
  assert.is(git("rev-parse", "refs/redun/main"), before);

  const { status, text } = await edit(own, body);
  assert.is(status, 200, text);
  assert.equal(JSON.parse(text), { changed: 1 });
  assert.ok(tagTexts(logged(dir)[1]).includes('env="test"'));
  assert.match(git("log", "-1", "--format=%B", "refs/redun/main"), /a try/);
  const blame = await server.ask(`blame?id=${first.id}`);
  const set = blame.tags.find(({ tag }: { tag: string[] }) => tag[0] === "env");
  assert.is(set.commit.reason, "a try");
});

test("what is no edit changes nothing", async () => {
  const own = {
    "Content-Type": "application/json",
    Origin: `http://127.0.0.1:${server.port}`,
  };
  const before = git("rev-parse", "refs/redun/main");
  const bad = [
    {},
    { kind: "drop", ids: [first.id], tags: ["a=1"] },
    { kind: "add", ids: [], tags: ["a=1"] },
    { kind: "add", ids: first.id, tags: ["a=1"] },
    { kind: "add", ids: [first.id], tags: ["a"] },
    { kind: "add", ids: [first.id], tags: ["a=1"], reason: 3 },
    { kind: "rm", ids: [first.id], tags: ["nowhere"] },
  ];
  for (const body of bad) assert.is((await edit(own, body)).status, 400, JSON.stringify(body));
  const long = { kind: "add", ids: [first.id], tags: [`a=${"x".repeat(200_000)}`] };
  assert.is((await edit(own, long)).status, 413);
  assert.is((await server.send("POST", `${root}edit`, own, "null")).status, 400);
  assert.is(git("rev-parse", "refs/redun/main"), before);
});

test("--read-only edits nothing; Ctrl-C ends the server", async () => {
  const other = await webServer(dir, ["executions/-", "--read-only"]);
  const own = {
    "Content-Type": "application/json",
    Origin: `http://127.0.0.1:${other.port}`,
  };
  const body = JSON.stringify({ kind: "add", ids: [first.id], tags: ["a=1"] });
  assert.is((await other.send("POST", `/${other.token}/edit`, own, body)).status, 403);
  assert.is((await other.ask("info?")).canEdit, false);
  const { status, stdout } = await other.stop();
  assert.is(status, 0);
  assert.is(stdout, `${other.url}#/executions/-\n`);
});

test("what cannot be served is said at once", async () => {
  const taken = cli(dir, ["web", "--port", String(server.port)]);
  assert.is(taken.status, 1);
  assert.match(taken.stderr, /another program has it/);
  assert.is(cli(dir, ["web", "--port", "99999"]).status, 2);
  assert.is(cli(dir, ["web", "executions/zzz"]).status, 1);
  assert.match(ok(dir, ["web", "--help"]), /--read-only/);
});

test.run();
