/** The page in a real browser: what a click does, and that nothing in a log runs. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { closeBrowser, NO_BROWSER, openPage } from "../../support/browser.ts";
import { cli, logged, ok, record, tagTexts, workflowRepository } from "../../support/cli.ts";
import { unless } from "../../support/skipped.ts";
import { webServer } from "../../support/web-server.ts";

/** Each would run if the page took it for anything but text. */
const HOSTILE = [
  "</script><script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "'onmouseover='alert(3)",
  "javascript:alert(4)",
  "&lt;script&gt;alert(5)&lt;/script&gt;",
  '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(6)"><script>alert(7)</script></svg>',
  "data:text/html,<script>alert(8)</script>",
  "{{constructor.constructor('alert(9)')()}}",
  "\u202egnp.exe\u0000\u001b[2J",
];

const WORKFLOW = `import { task } from "redun-git";
export const namespace = "acme";
export const leaf = task({ name: "leaf" }, (n: number) => n * 2);
export const fail = task({ name: "fail" }, (why: string): string => { throw new Error(why); });
export const echo = task({ name: "echo" }, (text: string) => text);
export const rows = task({ name: "rows" }, () => [{ a: 1, b: "x" }, { a: 2, b: "y" }]);
export const main = task({ name: "main" }, (lr: number) => [leaf(lr), leaf(2), rows()]);
`;

async function log() {
  const { dir, git } = workflowRepository({ "flow.ts": WORKFLOW });
  git("config", "--add", "redun.link", "Ticket https://tracker.example/{{ticket}}");
  for (const lr of ["1", "2", "3"]) {
    record(dir, [
      "flow.ts",
      "main",
      "--lr",
      lr,
      "-t",
      `loss=${10 / Number(lr)}`,
      "-t",
      "ticket=T-1",
      "-t",
      "env=dev",
    ]);
  }
  for (const text of HOSTILE) {
    const words = ["flow.ts", "echo", "--text", text.replaceAll("\0", "")];
    record(dir, [...words, "-t", `evil=${JSON.stringify(text)}`, "-t", "env=hostile"]);
  }
  const evil = HOSTILE.map((text) => `${JSON.stringify(`k=${text}`)}=${JSON.stringify(text)}`);
  ok(dir, ["tag", "add", "-", ...evil, "-m", HOSTILE[0]!]);
  return { dir, git, server: await webServer(dir) };
}

const { dir, server } = NO_BROWSER === null ? await log() : ({} as Awaited<ReturnType<typeof log>>);

const web = suite("the page in a browser");
const test = unless(NO_BROWSER, web);
web.after(async () => {
  await closeBrowser();
  await server?.stop();
});

test("from the list to an execution, its jobs, a job, its value, and back", async () => {
  const { page, said, asked } = await openPage();
  await page.goto(`${server.url}#/executions?loss=10`);
  await page.getByRole("link", { name: /^[0-9a-f]{8}$/ }).click();
  await page.getByRole("heading", { name: "acme.main" }).waitFor();
  await page.getByRole("link", { name: "Ticket", exact: true }).waitFor();
  await page.getByRole("treeitem").nth(3).waitFor();
  assert.is(await page.getByRole("treeitem").count(), 4);
  await page.getByRole("tab", { name: "Timeline" }).click();
  await page.getByRole("img", { name: /^Timeline of 4 jobs/ }).waitFor();
  await page.getByRole("tab", { name: "Call graph" }).click();
  assert.is(await page.locator("svg .node").count(), 4);
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByText("neither took nor gave files").waitFor();
  await page.getByRole("tab", { name: "Call graph" }).click();
  await page.locator("svg .node", { hasText: "acme.rows" }).click();
  await page.getByRole("heading", { name: "acme.rows" }).waitFor();
  await page.locator("tr.result .id").click();
  await page.getByRole("columnheader", { name: "b" }).waitFor();
  assert.match((await page.textContent("table.data tbody")) ?? "", /1x2y/);
  await page.goBack();
  await page.getByRole("heading", { name: "acme.rows" }).waitFor();
  assert.equal(said, []);
  // Nothing comes from anywhere else.
  assert.ok(asked.every((url) => url.startsWith(server.url) || url.startsWith("data:")));
});

test("a cell of the status table leads to those jobs", async () => {
  const { page } = await openPage();
  await page.goto(`${server.url}#/executions?loss=10`);
  await page.getByRole("link", { name: /^[0-9a-f]{8}$/ }).click();
  const row = page.getByRole("row", { name: /acme.leaf/ });
  await row.getByRole("link").last().click();
  await page.getByRole("heading", { name: "jobs" }).waitFor();
  await page.locator("tr[data-row]").nth(1).waitFor();
  assert.is(await page.locator("tr[data-row]").count(), 2);
});

test("a facet chooses, and chooses no longer", async () => {
  const { page } = await openPage();
  await page.goto(`${server.url}#/executions`);
  const facets = page.getByRole("complementary", { name: "Facets" });
  await facets.getByRole("link", { name: "hostile", exact: true }).click();
  await page.getByText(`${HOSTILE.length} executions`).waitFor();
  assert.is(await page.getByLabel("Query").inputValue(), "env = hostile");
  await facets.getByRole("link", { name: "✓ hostile" }).click();
  await facets.getByRole("link", { name: "hostile", exact: true }).waitFor();
  assert.is(await page.getByLabel("Query").inputValue(), "");
});

test("executions that are marked by keys are compared, and plotted by any of their numbers", async () => {
  const { page, said } = await openPage();
  await page.goto(`${server.url}#/executions?loss`);
  await page.locator("tr[data-row]").nth(2).waitFor();
  for (const key of ["j", "x", "j", "x", "j", "x", "c"]) await page.keyboard.press(key);
  await page.getByRole("heading", { name: "Executions beside each other" }).waitFor();
  await page.locator("table.data tbody tr").nth(2).waitFor();
  await page.getByLabel("Across").selectOption("lr");
  await page.getByLabel("Up").selectOption("loss");
  assert.is(await page.locator("circle").count(), 3);
  const title = await page.locator("circle title").first().textContent();
  assert.match(title ?? "", /lr: 3\nloss: 3\.33333/);
  await page.getByRole("button", { name: "loss" }).click();
  assert.match((await page.textContent("table.data tbody tr")) ?? "", /3\.33/);
  assert.equal(said, []);
});

test("a tag is edited with a reason, and the page shows it", async () => {
  const { page } = await openPage();
  await page.goto(`${server.url}#/executions?loss=10`);
  await page.getByRole("link", { name: /^[0-9a-f]{8}$/ }).click();
  await page.getByRole("heading", { name: "Tags" }).waitFor();
  await page.keyboard.press("e");
  await page.getByLabel("Tags, one a line").fill("env=prod\nteam=qa");
  await page.getByLabel("Why").fill("checked by hand");
  await page.getByRole("button", { name: "Commit" }).click();
  await page.locator(".tag", { hasText: "env=prod" }).waitFor();
  await page.getByRole("button", { name: "Who set them" }).click();
  await page.getByRole("cell", { name: "checked by hand" }).first().waitFor();
  assert.ok(tagTexts(logged(dir, ["-t", "env=prod"])[0]).includes('team="qa"'));
});

test("whatever a log holds, it is text: nothing runs, and no link leads to a script", async () => {
  const opened = await openPage();
  const { page } = opened;
  const places = [
    "executions",
    "jobs",
    "values",
    "tags",
    "tags/evil",
    "compare?env=hostile",
    "all",
  ];
  for (const place of places) {
    await page.goto(`${server.url}#/${place}`);
    await page.getByRole("heading").first().waitFor();
    await page.locator("tbody tr").first().waitFor();
  }
  const ids = logged(dir, ["-t", "env=hostile"]).map(({ id }: { id: string }) => id);
  for (const id of ids) {
    for (const place of ["executions", "history"]) {
      await page.goto(`${server.url}#/${place}/${id}`);
      await page.getByRole("heading").first().waitFor();
    }
    await page.goto(`${server.url}#/executions/${id}`);
    await page.locator(".tree .id").click();
    await page.locator("tr.result .id").click();
    await page.getByRole("heading", { name: "Value" }).last().waitFor();
  }
  for (const text of HOSTILE) {
    await page.goto(`${server.url}#/${encodeURIComponent(text)}`);
    await page.locator(".problem, h1").first().waitFor();
  }
  assert.equal(opened.dialogs, []);
  assert.equal(
    opened.said.filter((line) => !/404|400/.test(line)),
    [],
  );
  assert.is(await page.locator('a[href^="javascript:" i], a[href^="data:" i]').count(), 0);
  assert.is(await page.locator("script").count(), 1);
  assert.ok(opened.asked.every((url) => url.startsWith(server.url) || url.startsWith("data:")));
});

test("an SVG that was recorded is an image, in which nothing runs", async () => {
  const { page, dialogs } = await openPage();
  const [execution] = logged(dir, ["--where", "evil ~ *onload*"]);
  await page.goto(`${server.url}#/executions/${execution.id}`);
  await page.locator(".tree .id").click();
  await page.locator("tr.result .id").click();
  await page.locator("img.preview").waitFor();
  assert.match((await page.getAttribute("img.preview", "src")) ?? "", /^data:image\/svg\+xml,/);
  assert.equal(dialogs, []);
});

test("a report is the same page in one file, which asks nobody for anything", async () => {
  ok(dir, ["report", "--where", "env=hostile", "-o", "hostile.html"]);
  const failed = cli(dir, ["run", "-q", "flow.ts", "fail", "--why", HOSTILE[1]!]);
  assert.is(failed.status, 1);
  ok(dir, ["report", "-o", "run.html"]);
  const { page, said, dialogs, asked } = await openPage();
  await page.goto(`file://${dir}/run.html`);
  await page.getByRole("heading", { name: "What failed" }).waitFor();
  await page.locator(".tree .id").click();
  await page.getByRole("heading", { name: "Traceback" }).waitFor();
  await page.getByRole("link", { name: /^execution / }).click();
  await page.getByRole("tab", { name: "Timeline" }).click();
  await page.getByRole("img", { name: /^Timeline of 1 job/ }).waitFor();
  await page.goto(`file://${dir}/hostile.html`);
  await page
    .locator("table.data tbody tr")
    .nth(HOSTILE.length - 1)
    .waitFor();
  for (const id of logged(dir, ["-t", "env=hostile"]).map(({ id }: { id: string }) => id)) {
    await page.goto(`file://${dir}/hostile.html#/executions/${id}`);
    await page.locator(".tree .id").click();
    await page.getByRole("heading", { name: "acme.echo" }).waitFor();
  }
  await page.goto(`file://${dir}/hostile.html#/tags`);
  await page.getByText("This is not in the report.").waitFor();
  assert.equal(dialogs, []);
  assert.equal(said, []);
  assert.ok(asked.every((url) => /^(file|data):/.test(url)));
});

test("the page explains its keys, and has a dark and a printed look", async () => {
  const { page } = await openPage({ dark: true });
  await page.goto(server.url);
  await page.locator("tr[data-row]").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("complementary", { name: "Keys" }).waitFor();
  const colour = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  assert.is(await colour(), "rgb(20, 24, 29)");
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  assert.is(await page.getByRole("button", { name: "Filter" }).isVisible(), false);
});

web.run();
