import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { formatTag } from "../../src/tag/text.ts";
import { recorded } from "../support/recorded.ts";
import { sampleLog } from "../support/sample.ts";

const settings = suite("tags of every run, from git config");

/** The tags of a run in a repository with these settings, without those that differ by machine. */
async function tagsOf(set: readonly (readonly [string, string])[], run = {}): Promise<string[]> {
  const { dir } = await sampleLog([{ argv: ["run"], echo: 1, ...run }], ({ git }) => {
    for (const [name, value] of set) git("config", "--add", name, value);
  });
  const tags = recorded(dir).executions.flatMap((execution) => execution.tags);
  return tags.map((tag) => formatTag(...tag)).sort();
}

settings("redun.tag may be repeated, and never replaces", async () => {
  const set = [
    ["redun.autotags", ""],
    ["redun.tag", "team=qa"],
    ["redun.tag", "team=ops"],
    ["redun.tag", "budget=1e3"],
  ] as const;
  assert.equal(await tagsOf(set, { tags: { team: "qa", env: "dev" } }), [
    "budget=1000.0",
    "env=dev",
    "team=ops",
    "team=qa",
  ]);
});

settings(
  "redun.autotags names the automatic tags; what a run is given is recorded anyway",
  async () => {
    const keys = async (value: string, run = {}) =>
      (await tagsOf([["redun.autotags", value]], run)).map((tag) => tag.split("=")[0]);
    assert.equal(await keys(" user , project,"), ["project", "user"]);
    assert.equal(await keys(""), []);
    assert.equal(await keys("", { user: "ada", doc: "why" }), ["doc", "user"]);
    const all = (await tagsOf([])).map((tag) => tag.split("=")[0]);
    assert.equal(all, ["git_commit", "project", "redun.version", "user"]);
  },
);

for (const [name, value, about] of [
  ["redun.tag", "team", /git config redun\.tag: key=value pair expected/],
  ["redun.tag", "=x", /git config redun\.tag: key must be specified/],
  ["redun.tag", "a=[1", /git config redun\.tag: Invalid tag value/],
  ["redun.autotags", "user,hostname", /redun\.autotags names "hostname"/],
] as const) {
  settings(`${name} = ${value} is refused before anything runs`, async () => {
    const { Scheduler, task } = await import("../../src/api.ts");
    const { dir } = await sampleLog([], ({ git }) => void git("config", name, value));
    let ran = false;
    const main = task({ name: "main" }, () => {
      ran = true;
    });
    try {
      await new Scheduler({ cwd: dir }).run(main());
      assert.unreachable();
    } catch (error) {
      assert.instance(error, RedunError);
      assert.match((error as RedunError).message, about);
      assert.ok((error as RedunError).hint);
    }
    assert.not.ok(ran);
    assert.equal(recorded(dir).executions, []);
  });
}

settings.run();
