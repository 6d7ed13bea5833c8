import { suite } from "uvu";
import * as assert from "uvu/assert";
import { editTags, type TagAction } from "../../src/provenance/edit-tags.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { undoTags } from "../../src/provenance/undo-tags.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { formatTag } from "../../src/tag/text.ts";
import { sampleLog } from "../support/sample.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const { dir, git } = await sampleLog([{ argv: ["run"], tags: { env: "dev", note: "a" } }]);
const log = await IndexedLog.open({ cwd: dir });
await log.refresh();

const test = suite("undoing edits of tags");
test.after(() => log.close());

async function tags(): Promise<string[]> {
  const found = await findEntity(log, "-");
  return found.tags.map((tag) => formatTag(...tag)).sort();
}

async function edit(action: TagAction) {
  return editTags(log, [await findEntity(log, "-")], action);
}

const pair = (key: string, value: string): TagPair => [key, value];

const ACTIONS: Readonly<Record<string, TagAction>> = {
  "an added tag": { kind: "add", tags: [pair("new", "1")] },
  "a second value of a key": { kind: "add", tags: [pair("env", "prod")] },
  "an update": { kind: "update", tags: [pair("env", "prod")] },
  "an update of several keys, one of them new": {
    kind: "update",
    tags: [pair("env", "x"), pair("env", "y"), pair("fresh", "z")],
  },
  "a removal by key": { kind: "rm", selectors: [{ key: "env" }] },
  "a removal of several": { kind: "rm", selectors: [{ key: "env" }, { key: "note" }] },
};

for (const [name, action] of Object.entries(ACTIONS)) {
  test(`${name}, in one commit, as often as one likes`, async () => {
    const before = await tags();
    for (let round = 0; round < 2; round++) {
      const edited = await edit(action);
      assert.not.equal(await tags(), before);
      const commits = Number(git("rev-list", "--count", "refs/redun/main"));
      await undoTags(log, edited, "a mistake");
      assert.equal(await tags(), before);
      assert.is(Number(git("rev-list", "--count", "refs/redun/main")), commits + 1);
      assert.match(git("log", "-1", "--format=%B", "refs/redun/main"), "a mistake");
    }
  });
}

test("what has been changed since is left, and nothing is written", async () => {
  const edited = await edit({ kind: "update", tags: [pair("env", "prod"), pair("more", "1")] });
  await edit({ kind: "update", tags: [pair("env", "test")] });
  const before = await tags();
  const tip = git("rev-parse", "refs/redun/main");
  try {
    await undoTags(log, edited, "");
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, "UNKNOWN_TAG");
  }
  assert.equal(await tags(), before);
  assert.is(git("rev-parse", "refs/redun/main"), tip);
});

test.run();
