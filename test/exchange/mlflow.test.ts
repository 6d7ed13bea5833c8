/** Runs of MLflow's, from stores that MLflow 3.17.2 wrote (mlflow/make.sh). */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines, logged, ok } from "../support/cli.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryRepository } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";

const HERE = fileURLToPath(new URL("mlflow/", import.meta.url));
const FILES: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(HERE, "mlruns.json"), "utf8"),
);

function folderStore(dir: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text.replace("ROOT", dir));
  }
}

const mlflow = suite("import from MLflow");

/** What a log says of the runs, without what is new in each store. */
function told(dir: string) {
  return logged(dir).map(({ status, task, user, tags }) => {
    const pairs = (tags as unknown as { key: string; value: unknown }[])
      .filter(({ key }) => !key.startsWith("mlflow.") || key === "mlflow.runName")
      .map(({ key, value }) => `${key}=${value}`);
    return [status, task, user, ...pairs];
  });
}

mlflow("both stores say the same: experiments, parameters, latest metrics, tags", () => {
  for (const store of ["mlruns", "mlflow.db"]) {
    const { dir, git } = temporaryRepository();
    folderStore(dir);
    writeFileSync(join(dir, "mlflow.db"), gunzipSync(readFileSync(join(HERE, "mlflow.db.gz"))));
    const { stdout, stderr } = cli(dir, ["import", "--from", "mlflow", store]);
    assert.is(stdout, "Imported 4 executions with 4 jobs, and 0 tag edits, into redun/main\n");
    assert.is(
      stderr,
      "Left out: 1 run that did not end yet: import again when all have.\nLeft out: 1 run that MLflow has as deleted.\n",
    );
    assert.equal(told(dir), [
      ["INTERRUPTED", "1e3", "bob", "imported_from=mlflow", "mlflow.runName=killed"],
      ["FAILED", "digits", "root", "imported_from=mlflow", "mlflow.runName=broken"],
      ["DONE", "digits", "root", "acc=0.5", "imported_from=mlflow", "mlflow.runName=inner"],
      [
        "DONE",
        "digits",
        "root",
        "back=1.5",
        "doc=The sweep.",
        "imported_from=mlflow",
        "loss=1",
        "mlflow.runName=outer",
        "note=two\nlines",
        "team=qa",
        "val/nan=NaN",
      ],
    ]);
    const [outer] = logged(dir, ["-t", "loss<2"]);
    assert.match(ok(dir, ["log", outer!.id]), "digits(007='007', lr=0.1, model='resnet')");
    assert.match(ok(dir, ["log", "-t", "team=qa"]), "loss=1.0, ");
    const inner = logged(dir, ["-t", `mlflow.parentRunId=${outer!.id}`]);
    assert.is(inner.length, 1);
    const tip = git("rev-parse", "redun/main");
    ok(dir, ["import", "--from", "mlflow", store]);
    assert.is(git("rev-parse", "redun/main"), tip);
    ok(dir, ["verify"]);
  }
});

mlflow("artifacts are files that a run gave, by their content", () => {
  const { dir } = temporaryRepository();
  folderStore(dir);
  ok(dir, ["import", "--from", "mlflow", "mlruns"]);
  const [path] = Object.keys(FILES).filter((path) => path.endsWith("artifacts/sub/note.txt"));
  const page = ok(dir, ["log", path!]);
  assert.match(page, "hash=ce013625"); // hello
  assert.match(page, /<-- <[0-9a-f]{8}> digits/);
});

mlflow("a value that changed in MLflow replaces the old one; what was edited here stays", () => {
  const { dir } = temporaryRepository();
  folderStore(dir);
  ok(dir, ["import", "--from", "mlflow", "mlruns"]);
  const [outer] = logged(dir, ["-t", "team=qa"]);
  ok(dir, ["tag", "update", outer!.id, "team=here"]);
  const loss = Object.keys(FILES).find((path) => path.endsWith("metrics/loss"))!;
  writeFileSync(join(dir, loss), "1796000000000 0.25 9\n");
  const again = ok(dir, ["import", "--from", "mlflow", "mlruns"]);
  assert.match(again, "0 executions with 0 jobs, and 1 tag edit,");
  const [page] = jsonLines(ok(dir, ["log", outer!.id, "--format", "json"]));
  const values = page.tags.flatMap(({ key, value }: { key: string; value: unknown }) =>
    key === "loss" || key === "team" ? [`${key}=${value}`] : [],
  );
  assert.equal(values, ["loss=0.25", "team=here"]);
  writeFileSync(join(dir, loss), "yesterday\n");
  const bad = cli(dir, ["import", "--from", "mlflow", "mlruns"]);
  assert.match(bad.stderr, "has a line that is no metric: yesterday. Nothing was imported.");
  const lr = Object.keys(FILES).find((path) => path.endsWith("params/model"))!;
  writeFileSync(join(dir, loss), FILES[loss]!);
  writeFileSync(join(dir, lr), "vit");
  const other = cli(dir, ["import", "--from", "mlflow", "mlruns"]);
  assert.match(other.stderr, "is in the log with another call of job");
});

mlflow("what is no store is refused", () => {
  const { dir } = temporaryRepository();
  writeFileSync(join(dir, "text.db"), "text");
  mkdirSync(join(dir, "empty"));
  for (const [name, error] of [
    ["text.db", "text.db is no store of MLflow's"],
    ["empty", "has no experiment of MLflow's"],
    ["none", "There is no file none"],
  ] as const) {
    const { status, stderr } = cli(dir, ["import", "--from", "mlflow", name]);
    assert.match(stderr, error);
    assert.is(status, 1);
  }
  assert.is(cli(dir, ["import", "--from", "mlflow", "-"]).status, 2);
});

const python = pythonWith("mlflow");

unless(python.missing, mlflow)("the latest metrics are those that MLflow itself shows", () => {
  const { dir } = temporaryRepository();
  folderStore(dir);
  ok(dir, ["import", "--from", "mlflow", "mlruns"]);
  const program = `import json
from mlflow.tracking import MlflowClient
client = MlflowClient("file:${dir}/mlruns")
for experiment in client.search_experiments():
    for run in client.search_runs([experiment.experiment_id]):
        print(json.dumps([run.info.run_id, {k: str(v).lower() for k, v in run.data.metrics.items()}]))`;
  const env = { MLFLOW_DISABLE_TELEMETRY: "true", MLFLOW_ALLOW_FILE_STORE: "true" };
  const theirs = new Map(jsonLines(python.run(dir, program, env)) as unknown as [string, object][]);
  for (const { id, tags } of logged(dir)) {
    const values = new Map(
      (tags as unknown as { key: string; value: unknown }[]).map(({ key, value }) => [key, value]),
    );
    for (const [name, value] of Object.entries(theirs.get(id)!)) {
      assert.is(String(values.get(name)).toLowerCase(), String(value).replace(/\.0$/, ""));
    }
  }
});

mlflow.run();
