/**
 * Clones that record, edit tags and exchange their logs at random: messages late, twice or never.
 * Whatever happened, once all have heard of all they hold the same files, which are all that were
 * ever recorded, give the same answers, and make no more commits.
 * All clones stand in one repository, each under a ref of its own: an exchange is then a commit id.
 */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GitBackend, Oid } from "../../src/git/backend.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { openDatabase } from "../../src/index/database.ts";
import { IndexReader } from "../../src/index/reader.ts";
import type { Database } from "../../src/index/sqlite-types.ts";
import { updateIndex } from "../../src/index/update.ts";
import { Log } from "../../src/log/log.ts";
import { mergeLogs } from "../../src/log/merge.ts";
import { hashTag } from "../../src/tag/hash.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { repeats } from "../support/effort.ts";
import { madeRun, madeTagEdit } from "../support/made-records.ts";
import fc from "../support/property.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const CLONES = 4;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("run"), clone: fc.nat(), pick: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("tag"), clone: fc.nat(), pick: fc.nat() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pull"), clone: fc.nat(), pick: fc.nat() }),
  },
);
const steps = fc.array(step, { minLength: 6, maxLength: 16 });
/** In which order each clone hears of the others, when all are to hear of all. */
const orders = fc.array(fc.nat(), { minLength: 16, maxLength: 16 });

interface Clone {
  readonly log: Log;
  readonly database: Database;
}

class World {
  readonly repo: TemporaryRepository = temporaryRepository();
  readonly clones: Clone[] = [];
  /** Every commit that a clone ever had: what a message may bring, now or later. */
  readonly sent: Oid[] = [];
  readonly paths = new Set(["format.yaml"]);
  readonly runs: { id: string; number: number }[] = [];
  readonly #backends: GitBackend[];

  constructor() {
    const repository = findRepository(this.repo.dir);
    this.#backends = [openNative(repository), openIsomorphic(repository)];
  }

  async open(): Promise<void> {
    for (let at = 0; at < CLONES; at++) {
      const log = new Log(this.#backends[at % 2]!, `refs/redun/clone${at}`);
      this.clones.push({ log, database: await openDatabase(":memory:") });
    }
  }

  async close(): Promise<void> {
    for (const { database } of this.clones) database.close();
    for (const backend of this.#backends) await backend.close();
    this.repo.remove();
  }

  async play({ kind, clone, pick }: { kind: string; clone: number; pick: number }) {
    const { log } = this.clones[clone % CLONES]!;
    if (kind === "pull" && this.sent.length > 0) {
      await this.pull(log, this.sent[pick % this.sent.length]!);
    } else if (kind === "tag" && this.runs.length > 0) {
      // The run may not have arrived in this clone; of two edits of one tag both values stay.
      const { id, number } = this.runs[pick % this.runs.length]!;
      const parents = [{ hash: hashTag(id, "number", number, []), was: null }];
      await this.append(log, [madeTagEdit(id, ["number", clone % 3], parents)]);
    } else {
      const number = this.runs.length;
      const { id, files } = madeRun(number);
      this.runs.push({ id, number });
      await this.append(log, files);
    }
    // Some indexes follow each step, others wait.
    if (pick % 3 === 0) await this.index(clone % CLONES);
  }

  async append(log: Log, files: Parameters<Log["append"]>[0]): Promise<void> {
    const { after } = await log.append(files, "some\n");
    for (const { path } of files) this.paths.add(path);
    this.sent.push(after);
  }

  async pull(log: Log, commit: Oid): Promise<void> {
    const { after } = await mergeLogs(log, { commit, name: "theirs" });
    this.sent.push(after);
  }

  async index(clone: number): Promise<void> {
    const { log, database } = this.clones[clone]!;
    const tip = await log.tip();
    if (tip) assert.equal(await updateIndex(database, log, tip), []);
  }

  heads(): Promise<(Oid | null)[]> {
    return Promise.all(this.clones.map(({ log }) => log.tip()));
  }

  /** Every clone hears what every other one had before the round. */
  async round(order: readonly number[]): Promise<void> {
    const heads = await this.heads();
    for (const [at, { log }] of this.clones.entries()) {
      const others = heads.flatMap((head, other) => (head && other !== at ? [head] : []));
      const key = (head: Oid) => order[(heads.indexOf(head) + at * CLONES) % order.length]!;
      for (const head of others.sort((a, b) => key(a) - key(b))) await this.pull(log, head);
    }
  }
}

/** What the index tells; numbers of rows depend on the order in which they arrived. */
function answers(database: Database): unknown {
  const reader = new IndexReader(database);
  const sorted = (tags: readonly TagPair[]) => tags.map((tag) => JSON.stringify(tag)).sort();
  const executions = reader.search.executions({}, 1000).map(({ seq: _, ...row }) => {
    return { ...row, tags: sorted(row.tags), conflicts: sorted(row.conflicts) };
  });
  return { executions, keys: reader.tags.keyCounts(), counts: reader.counts() };
}

const converge = suite("clones that exchange their logs");

converge("end with the same files and the same answers, and stop making commits", async () => {
  await fc.assert(
    fc.asyncProperty(steps, orders, async (script, order) => {
      const world = new World();
      try {
        await world.open();
        for (const one of script) await world.play(one);
        if (world.sent.length === 0) return;
        // What anyone knew is known to all after one round. Then refs may still move forward.
        await world.round(order);
        const settled = await world.heads();
        await world.round([...order].reverse());
        for (const head of await world.heads()) assert.ok(settled.includes(head), "a new commit");

        const { git } = world.repo;
        const trees = settled.map((head) => git("rev-parse", `${head}^{tree}`));
        assert.equal(new Set(trees).size, 1, "one tree");
        const held = git("ls-tree", "-r", "--name-only", trees[0]!).split("\n");
        assert.equal(held.sort(), [...world.paths].sort(), "the union of all");

        const scratch = await openDatabase(":memory:");
        await updateIndex(scratch, world.clones[0]!.log, settled[0]!);
        for (const [at, { database }] of world.clones.entries()) {
          await world.index(at);
          assert.equal(answers(database), answers(scratch));
        }
        scratch.close();
      } finally {
        await world.close();
      }
    }),
    { numRuns: repeats(6) },
  );
});

converge.run();
