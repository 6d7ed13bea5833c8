/** Who changed a tag and in which order: clocks that are wrong, histories that are cut or made anew. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GitBackend } from "../../src/git/backend.ts";
import { loadConfig } from "../../src/git/files/config.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { mergeLogs } from "../../src/log/merge.ts";
import { editTags } from "../../src/provenance/edit-tags.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { tagBlame, tagHistory } from "../../src/provenance/tag-history.ts";
import { jobId } from "../../src/record/encode.ts";
import { formatTag } from "../../src/tag/text.ts";
import { BACKENDS } from "../support/cli.ts";
import { oneOf, repeats } from "../support/effort.ts";
import { jobsFile, madeRun, madeStart, startFile } from "../support/made-records.ts";
import fc from "../support/property.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const RUN = madeRun(1);
const START = 1_796_000_000;

/** Does something with a log as somebody whose clock shows so many seconds after the start. */
async function as<T>(
  { dir }: Pick<TemporaryRepository, "dir">,
  name: string,
  clock: number,
  act: (log: IndexedLog) => Promise<T>,
  log = "main",
): Promise<T> {
  const set = {
    GIT_AUTHOR_NAME: name,
    GIT_COMMITTER_NAME: name,
    GIT_AUTHOR_DATE: `${START + clock} +0000`,
    GIT_COMMITTER_DATE: `${START + clock} +0000`,
  };
  Object.assign(process.env, set);
  const indexed = await IndexedLog.open({ cwd: dir, log });
  try {
    await indexed.refresh();
    return await act(indexed);
  } finally {
    await indexed.close();
    for (const key of Object.keys(set)) delete process.env[key];
  }
}

const record = (number: number) => (log: IndexedLog) =>
  log.append(madeRun(number).files, `run ${number}\n`);
const update = (key: string, value: string) => async (log: IndexedLog) => {
  const entity = await findEntity(log, RUN.id);
  await editTags(log, [entity], { kind: "update", tags: [[key, value]] });
};
const merge = (other: string) => async (log: IndexedLog) => {
  const commit = await log.log.backend.resolve(`refs/redun/${other}`);
  if (commit) await mergeLogs(log.log, { commit, name: other });
};

/** What was changed, in order, without what the run recorded: `env=prod`. */
const ordered = async (log: IndexedLog): Promise<string[]> => {
  const changes = await tagHistory(log, await findEntity(log, RUN.id));
  return changes
    .filter(({ key }) => key !== "number")
    .map(({ is }) => is.map((tag) => formatTag(...tag)).join(" "));
};
const blamed = async (log: IndexedLog): Promise<string[]> =>
  (await tagBlame(log, await findEntity(log, RUN.id))).map(
    ({ tag, commit, unknown }) =>
      `${formatTag(...tag)} ${commit?.author.replace(/ <.*/, "") ?? unknown}`,
  );

const order = suite("the order of tag history");

order("an effect never comes before its cause, whatever clocks say", async () => {
  const repo = temporaryRepository();
  await as(repo, "Run", 0, record(1));
  // Ada's clock is two hours fast; Bob answers her, and says something new.
  await as(repo, "Ada", 7200, update("env", "prod"));
  await as(repo, "Bob", 60, update("env", "test"));
  await as(repo, "Bob", 70, update("note", "seen"));
  const expected = ["env=prod", "env=test", "note=seen"];
  assert.equal(await as(repo, "Eve", 0, ordered), expected);
  // Carol knows all of it through a run alone, and comes by another log.
  await as(repo, "Bob", 80, record(2));
  repo.git("update-ref", "refs/redun/carols", "refs/redun/main");
  await as(repo, "Dan", 90, update("dans", "yes"));
  assert.equal(await as(repo, "Eve", 0, ordered), [...expected, "dans=yes"]);
  await as(repo, "Carol", 20, update("carols", "yes"), "carols");
  await as(repo, "Eve", 100, merge("carols"));
  const all = await as(repo, "Eve", 0, ordered);
  assert.equal(all.slice(0, 3), expected);
  assert.equal(all.slice(3).sort(), ["carols=yes", "dans=yes"]);
  const anew = await as(repo, "Eve", 0, async (log) => {
    await log.discardIndex();
    await log.refresh();
    return ordered(log);
  });
  assert.equal(anew, all);
});

order("what did not know of each other is in the order of clocks", async () => {
  const repo = temporaryRepository();
  await as(repo, "Run", 0, record(1));
  repo.git("update-ref", "refs/redun/other", "refs/redun/main");
  await as(repo, "Ada", 300, update("late", "one"));
  await as(repo, "Bob", 100, update("early", "one"), "other");
  await as(repo, "Ada", 200, update("late", "two"));
  assert.equal(await as(repo, "Eve", 0, ordered), ["late=one", "late=two"]);
  await as(repo, "Eve", 400, merge("other"));
  assert.equal(await as(repo, "Eve", 0, ordered), ["early=one", "late=one", "late=two"]);
});

order("it is the same however and whenever it is learned", async () => {
  const logs = ["main", "b", "c"];
  const step = fc.record({
    log: fc.nat(2),
    clock: fc.nat(50),
    what: fc.oneof(
      fc.record({ key: fc.constantFrom("x", "y", "z"), value: fc.constantFrom("1", "2") }),
      fc.record({ merge: fc.nat(2) }),
      fc.record({ run: fc.integer({ min: 2, max: 9 }) }),
    ),
    look: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const repo = temporaryRepository();
      await as(repo, "Run", 0, record(1));
      for (const log of logs) repo.git("update-ref", `refs/redun/${log}`, "refs/redun/main");
      for (const { log, clock, what, look } of steps) {
        const act =
          "key" in what
            ? update(what.key, what.value)
            : "merge" in what
              ? merge(logs[what.merge]!)
              : record(what.run);
        await as(repo, "Ada", clock, async (one) => void (await act(one)), logs[log]);
        if (look) await as(repo, "Ada", 0, ordered);
      }
      for (const log of logs) await as(repo, "Eve", 60, merge(log));
      const learned = await as(repo, "Eve", 0, ordered);
      await as(repo, "Eve", 0, async (log) => {
        await log.discardIndex();
        await log.refresh();
        assert.equal(await ordered(log), learned);
        // No change comes before one that its commit follows.
        const commits = (await tagHistory(log, await findEntity(log, RUN.id))).map(
          ({ commit }) => commit!.oid,
        );
        for (const [at, one] of commits.entries()) {
          for (const later of commits.slice(at + 1)) {
            assert.ok(later === one || !(await log.log.backend.isAncestor(later, one)));
          }
        }
      });
      repo.remove();
    }),
    { numRuns: repeats(8) },
  );
});

/**
 * An index that is made anew, over a backend that compares what so many commits brought at a time.
 * Returns, look by look, who made the changes.
 */
async function looks({ dir }: TemporaryRepository, compared: number): Promise<string[]> {
  const repository = findRepository(dir);
  const backend = openNative(repository);
  const limited: GitBackend = {
    ...backend,
    async *additions(request) {
      let left = request.paths.includes("tags") ? compared : Number.POSITIVE_INFINITY;
      for await (const one of backend.additions(request)) {
        if (request.known?.has(one.commit) || left-- > 0) yield one;
        else yield { ...one, isUntold: true, files: [] };
      }
    },
  };
  const log = IndexedLog.over(limited, loadConfig(repository), "refs/redun/main");
  const found: string[] = [];
  try {
    await log.refresh();
    while (found.length < 2 || found.at(-1) !== found.at(-2)) {
      found.push(await told(log));
    }
    return found;
  } finally {
    log.closeIndex();
    await backend.close();
  }
}

const told = async (log: IndexedLog): Promise<string> =>
  (await tagHistory(log, await findEntity(log, RUN.id), "env"))
    .map(({ commit, unknown }) => commit?.author.replace(/ <.*/, "") ?? unknown)
    .sort()
    .join(" ");

order("too many commits to look through at once are looked through in turn", async () => {
  const repo = temporaryRepository();
  await as(repo, "Run", 0, record(1));
  const names = ["Ada", "Bob", "Cyd", "Dan", "Eve"];
  for (const [at, name] of names.entries()) {
    await as(repo, name, at, update("env", name));
  }
  const all = "Ada Bob Cyd Dan Eve";
  assert.equal(await looks(repo, 0), [all, all], "each was noted when it was made");
  await as(repo, "Eve", 0, async (log) => void (await log.discardIndex()));
  assert.equal(await looks(repo, 2), [
    "Dan Eve unsought unsought unsought",
    "Bob Cyd Dan Eve unsought",
    all,
    all,
  ]);
  await as(repo, "Eve", 0, async (log) => void (await log.discardIndex()));
  // What is never compared is no reason to look for ever.
  assert.equal(await looks(repo, 0), Array(2).fill("lost lost lost lost lost"));
});

order.run();

const blame = suite("tag blame where commits are missing");

for (const kind of oneOf(BACKENDS)) {
  blame(`in a shallow clone it cannot be known, until it is deepened (${kind})`, async () => {
    const hub = temporaryRepository();
    await as(hub, "Ann", 0, record(1));
    await as(hub, "Bob", 10, update("env", "prod"));
    await as(hub, "Cyd", 20, record(2));
    const repo = temporaryRepository();
    repo.git("remote", "add", "origin", `file://${hub.dir}`);
    repo.git("fetch", "-q", "--depth=1", "origin", "+refs/redun/main:refs/redun/main");
    process.env.REDUN_GIT_BACKEND = kind;
    try {
      assert.equal(await as(repo, "Eve", 0, blamed), ["env=prod shallow", "number=1 shallow"]);
      assert.equal(await as(repo, "Eve", 0, ordered), ["env=prod"]);
      await as(repo, "Dan", 30, update("own", "yes"));
      assert.ok((await as(repo, "Eve", 0, blamed)).includes("own=yes Dan"));
      repo.git("fetch", "-q", "--unshallow", "origin", "+refs/redun/main:refs/redun/theirs");
      assert.equal(await as(repo, "Eve", 0, blamed), [
        "env=prod Bob",
        "number=1 Ann",
        "own=yes Dan",
      ]);
    } finally {
      delete process.env.REDUN_GIT_BACKEND;
    }
  });
}

blame("a commit that was amended away is not named, gone or not", async () => {
  const repo = temporaryRepository();
  await as(repo, "Ann", 0, record(1));
  await as(repo, "Bob", 10, update("env", "prod"));
  assert.ok((await as(repo, "Eve", 0, blamed)).includes("env=prod Bob"));
  const amended = await as(repo, "Zoe", 20, async ({ log }) => {
    const tip = (await log.tip())!;
    const next = repo.git("commit-tree", "-p", `${tip}^`, "-m", "amended", `${tip}^{tree}`);
    await log.backend.move({ ref: log.ref, expected: tip, next, message: "amend" });
    return next;
  });
  assert.ok((await as(repo, "Eve", 0, blamed)).includes("env=prod Zoe"));
  await as(repo, "Eve", 0, async (log) => {
    const history = await tagHistory(log, await findEntity(log, RUN.id), "env");
    assert.equal(
      history.map(({ commit }) => commit?.oid),
      [amended],
    );
  });
  // Nor one that was noted when it was made, and that nobody asked about.
  await as(repo, "Cyd", 30, update("env", "test"));
  const noted = repo.git("rev-parse", "refs/redun/main");
  const remade = repo.git("commit-tree", "-p", `${noted}^`, "-m", "remade", `${noted}^{tree}`);
  repo.git("update-ref", "refs/redun/main", remade);
  assert.ok((await as(repo, "Eve", 0, blamed)).includes("env=test Test User"));
  repo.git("update-ref", "refs/redun/main", amended);
  const again = repo.git("commit-tree", "-p", `${amended}^`, "-m", "again", `${amended}^{tree}`);
  repo.git("update-ref", "refs/redun/main", again);
  repo.git("reflog", "expire", "--expire=now", "--all");
  repo.git("gc", "-q", "--prune=now");
  assert.ok((await as(repo, "Eve", 0, blamed)).includes("env=prod Test User"));
});

blame("what a run recorded in its thirtieth file", async () => {
  const repo = temporaryRepository();
  const started = "2026-05-05T00:00:00.000Z";
  const { id, file } = startFile(madeStart({ started, nonce: "30" }));
  const commits: string[] = [];
  for (let index = 0; index < 30; index++) {
    const time = new Date(Date.parse(started) + index).toISOString();
    const job = {
      id: jobId(id, index, "sha1"),
      index,
      parent: null,
      task: "long",
      taskHash: "81f3".repeat(10),
      call: null,
      status: "FAILED",
      started: time,
      ended: time,
      late: false,
      args: [],
      from: new Map(),
      error: null,
      tags: [],
    } as const;
    const tags = index < 29 ? [] : ([["late", "yes"]] as const);
    const tagged = index < 29 ? [] : [{ type: "Execution", id, tags } as const];
    const segment = jobsFile(started, { execution: id, jobs: [job], tagged });
    await as(repo, `R${index}`, index, async (log) => {
      const { after } = await log.append(index === 0 ? [file, segment] : [segment], `${index}\n`);
      commits.push(after);
    });
  }
  await as(repo, "Eve", 0, async (log) => {
    const [tag] = await tagBlame(log, await findEntity(log, id));
    assert.equal([tag?.commit?.oid, tag?.commit?.author], [commits[29], "R29 <test@example.com>"]);
  });
});

blame.run();
