/** `log <folder>`: which jobs gave and took what is below it. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines, ok, record, workflowRepository } from "../support/cli.ts";

const { dir } = workflowRepository({
  "data/a.csv": "a\n",
  "data/sub/b.csv": "b\n",
  "database.csv": "c\n",
  "workflow.ts": `
    import { Dir, File, glob, task } from "redun-git";
    export const one = task((file: File) => file.read());
    export const all = task((dir: Dir) => 1);
    export const some = task((files: FileSet) => 1);
    export const make = task(async () => [await new File("out/x").write("x"), await new File("out/y").write("y")]);
    export const main = task(() => [one(new File("database.csv")), one(new File("data/a.csv")), all(new Dir("data")), some(glob("data/sub/*")), make()]);
  `,
});
record(dir, ["workflow.ts", "main"]);

const test = suite("log <folder>");

/** The tasks of the jobs of a list on its page. */
function listed(page: string, title: string): string[] {
  const list = page.split(`${title}:\n`)[1]?.split("\n\n")[0] ?? "";
  return list
    .split("\n")
    .map((line) => /: {2}(\w+)\(/.exec(line)?.[1] ?? line)
    .sort();
}

test("who took something below it, alone or in a set, and which files", () => {
  const page = ok(dir, ["log", "data"]);
  assert.match(page, /^Folder data\n {2}2 contents of files below it in the log\n/);
  assert.equal(listed(page, "Consumed by"), ["all", "one", "some"]);
  assert.not.match(page, "Produced by");
  assert.not.match(page, "database.csv");
  assert.match(page, /File \w{8} data\/sub\/b\.csv\n/);
  assert.equal(listed(ok(dir, ["log", "data/sub/"]), "Consumed by"), ["all", "some"]);
  assert.is(ok(join(dir, "data"), ["log", "."]), page);
  assert.is(ok(dir, ["log", join(dir, "data")]), page);
});

test("who made it, and not who handed it up", () => {
  assert.equal(listed(ok(dir, ["log", "out"]), "Produced by"), ["make"]);
  const [json] = jsonLines(ok(dir, ["log", "--format", "json", "out"]));
  assert.equal(
    [json._type, json.path, json.produced_by.length, json.consumed_by.length],
    ["Folder", "out", 1, 0],
  );
  assert.equal(json.files.map((file: { path: string }) => file.path).sort(), ["out/x", "out/y"]);
  assert.equal(listed(ok(join(dir, "data"), ["log", ".."]), "Produced by"), ["make"]);
});

test("one that no record has anything of is unknown", () => {
  const { status, stderr } = cli(dir, ["log", "dat"]);
  assert.is(status, 1);
  assert.match(stderr, /no file or folder that path.*\[UNKNOWN_ID\]/);
});

test.run();
