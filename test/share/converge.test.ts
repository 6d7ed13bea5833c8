/**
 * Clones in repositories of their own that record, tag, pull and push at random through two real
 * remotes, one of them over http, with exchanges that are dropped. test/log/converge.test.ts has
 * the same of merges alone, in every order that a network could bring.
 */
import { dirname, join, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { pullLog } from "../../src/share/pull.ts";
import { pushLog } from "../../src/share/push.ts";
import { remoteLogFor } from "../../src/share/remotes.ts";
import { type Clone, clone, closeClones } from "../support/clone.ts";
import { repeats } from "../support/effort.ts";
import { httpRemote } from "../support/http-remote.ts";
import fc from "../support/property.ts";
import { temporaryRepository } from "../support/repository.ts";

const REF = "refs/redun/main";

const step = fc.record({
  kind: fc.constantFrom("run", "run", "tag", "push", "push", "pull", "dropped push"),
  clone: fc.nat({ max: 2 }),
  pick: fc.nat(),
});

const converge = suite("clones that exchange their logs through remotes");

converge("end with the same files, and then have nothing to send", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
      const bares = [temporaryRepository({ bare: true }), temporaryRepository({ bare: true })];
      const [disk, web] = bares as [Clone, Clone];
      const server = await httpRemote(dirname(web.dir));
      try {
        const url = `${server.url}/${relative(dirname(web.dir), web.dir)}`;
        // The second one stands between two remotes; the third has no git.
        const clones = [clone(disk.dir, "ada"), clone(disk.dir, "bob"), clone(url, "cyd", "pure")];
        clones[1]!.git("remote", "add", "web", url);
        const remotes = [["origin"], ["origin", "web"], ["origin"]];
        const known = new Set<string>();
        let runs = 0;

        for (const { kind, clone: at, pick } of steps) {
          const one = clones[at]!;
          const remote = remoteLogFor(remotes[at]![pick % remotes[at]!.length]!, REF);
          if (kind === "run" || (kind === "tag" && known.size === 0)) {
            known.add(await one.run(`run ${runs++}`));
          } else if (kind === "tag") {
            await one.tag([...known][pick % known.size]!, "picked", String(pick));
          } else if (kind === "push") await pushLog(one.log, remote);
          else if (kind === "pull") await pullLog(one.log, remote);
          else await dropped(one, pick);
        }

        // From both ends to the one in the middle, and back.
        const everyone = [0, 2, 1, 0, 2].flatMap((at) => remotes[at]!.map((name) => [at, name]));
        const exchange = async ([at, name]: (string | number)[]) =>
          pushLog(clones[at as number]!.log, remoteLogFor(name as string, REF));
        for (const one of [...everyone, ...everyone]) await exchange(one);
        const tips = clones.map((one) => one.git("for-each-ref", REF));
        for (const one of everyone) {
          const { sent, received } = await exchange(one);
          assert.equal([sent.executions, sent.tagEdits], [0, 0]);
          assert.equal([received.executions, received.tagEdits], [0, 0]);
        }
        assert.equal(
          tips,
          clones.map((one) => one.git("for-each-ref", REF)),
          "no more commits",
        );
        if (runs === 0) return;
        const trees = [...bares, ...clones].map((one) => one.git("rev-parse", `${REF}^{tree}`));
        assert.is(new Set(trees).size, 1, "one tree");
        const names = Array.from({ length: runs }, (_, n) => `run ${n}`).sort();
        assert.equal(clones[0]!.runs(), names, "nothing lost");
        for (const one of [...bares, ...clones]) {
          assert.is(one.git("fsck", "--strict", "--no-dangling", "--no-progress"), "");
        }
      } finally {
        await closeClones();
        await server.close();
      }
    }),
    { numRuns: repeats(4) },
  );
});

/** A push that breaks off on the way there. */
async function dropped(one: Clone, pick: number): Promise<void> {
  const nowhere = remoteLogFor(join(one.dir, `nowhere-${pick}`), REF);
  const error = await pushLog(one.log, nowhere).catch((reason: unknown) => reason);
  if (error instanceof RedunError) assert.is(error.code, "REMOTE_FAILED");
  else assert.is((error as { after: unknown }).after, null, "there was nothing to push");
}

converge.run();
