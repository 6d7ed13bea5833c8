/** The library shares a log as the command line does. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openLog } from "../../src/open-log.ts";
import { sampleLog } from "../support/sample.ts";

const sharing = suite("log.sharing");

sharing("push, fetch, pull and merge", async () => {
  const ada = await sampleLog([{ argv: ["a"] }, { argv: ["b"], tags: { env: "dev" } }]);
  ada.git("init", "-q", "--bare", "shared.git");
  const remote = join(ada.dir, "shared.git");
  const log = await openLog({ cwd: ada.dir });
  ada.git("init", "-q", "bob");
  const other = await openLog({ cwd: join(ada.dir, "bob") });
  try {
    const pushed = await log.sharing.push(remote);
    assert.equal([pushed.before, pushed.sent.executions > 0], [null, true]);
    const [newest] = await log.executions({ limit: 1 });

    assert.is((await other.sharing.fetch(remote)).after, pushed.after);
    assert.is((await other.executions()).length, 0, "fetched, and not merged");
    const { merged } = await other.sharing.pull(remote);
    assert.equal([merged?.scenario, merged?.after], ["new", pushed.after]);
    assert.is((await other.executions({ limit: 1 }))[0]!.id, newest!.id);

    await other.updateTags(newest!.id, { env: "prod" });
    await log.updateTags(newest!.id, { team: "qa" });
    assert.is((await other.sharing.push(remote)).sent.tagEdits, 1);
    const { received, sent } = await log.sharing.push(remote);
    assert.equal([received.tagEdits, sent.tagEdits], [1, 1], "it merged what had come before it");
    const { tags } = await log.get(newest!.id);
    assert.equal(new Map(tags).get("env"), "prod");

    await other.sharing.fetch(remote);
    const tip = ada.git("rev-parse", "refs/redun/main");
    assert.is((await other.sharing.merge(tip)).scenario, "behind");
    assert.is((await other.sharing.merge(tip)).scenario, "equal");
    const error = await other.sharing.merge("nothing").catch((thrown) => thrown);
    assert.is(error.code, "BAD_REF");
  } finally {
    await other.close();
    await log.close();
  }
});

sharing.run();
