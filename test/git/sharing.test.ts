import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeFolder, share } from "../../src/git/files/sharing.ts";
import { cli, ok, start, writeFiles } from "../support/cli.ts";
import { temporaryRepository } from "../support/repository.ts";
import { until } from "../support/until.ts";

const sharing = suite("core.sharedRepository");

const SETTINGS = ["", "umask", "group", "true", "all", "0640", "0660", "0666", "2"];

for (const setting of SETTINGS) {
  for (const umask of [0o022, 0o077]) {
    sharing(`"${setting}" means what it means to git, with umask 0${umask.toString(8)}`, () => {
      const { dir, git, remove } = temporaryRepository();
      if (setting) git("config", "core.sharedRepository", setting);
      const before = process.umask(umask);
      try {
        git("update-ref", "refs/heads/a/b", git("commit-tree", "-m", "x", emptyTree(git)));
        const folder = join(dir, ".git/redun/x");
        makeFolder(folder);
        const file = join(folder, "file");
        writeFileSync(file, "");
        share(file);
        assert.is(mode(folder), mode(join(dir, ".git/refs/heads/a")));
        assert.is(mode(join(folder, "..")), mode(folder));
        assert.is(mode(file), mode(join(dir, ".git/refs/heads/a/b")));
      } finally {
        process.umask(before);
        remove();
      }
    });
  }
}

const WAITING = `
import { task } from "redun-git";
import { setTimeout as sleep } from "node:timers/promises";
export const main = task({ name: "main" }, (time) => sleep(time));
`;

for (const backend of ["native", "isomorphic"] as const) {
  sharing(`holds for everything that a run, a query and a push leave (${backend})`, async () => {
    const { dir, git } = temporaryRepository();
    git("config", "core.sharedRepository", "group");
    writeFiles(dir, { "w.mjs": WAITING });
    const before = process.umask(0o077);
    try {
      git("config", "remote.gone.url", join(dir, "gone"));
      ok(dir, ["run", "-q", "w.mjs", "main", "--time", "0"], { backend });
      ok(dir, ["log"], { backend });
      cli(dir, ["push", "--background", "gone"], { backend });
      if (backend === "native") {
        git("remote", "add", "hub", temporaryRepository({ bare: true }).dir);
        ok(dir, ["push", "hub"]);
        assert.ok(existsSync(join(dir, ".git/redun/seen-at")));
      }
      const { child, ended } = start(dir, ["run", "-q", "w.mjs", "main", "--time", "30000"], {
        backend,
      });
      const journals = join(dir, ".git/redun/journal");
      await until(() => existsSync(journals) && readdirSync(journals).length > 0);
      // Before it ends, which takes some of them away. A file is shared a moment after it is made.
      const look = () =>
        [join(dir, ".git/redun"), ...below(join(dir, ".git/redun"))].map((path) => {
          const wanted = statSync(path).isDirectory() ? 0o2070 : 0o060;
          return { path, bits: mode(path), wanted };
        });
      let seen = look();
      for (
        let tries = 0;
        tries < 100 && seen.some(({ bits, wanted }) => (bits & wanted) !== wanted);
        tries++
      ) {
        await sleep(20);
        seen = look();
      }
      child.kill("SIGKILL");
      await ended;
      assert.ok(seen.length > 8, seen.map(({ path }) => path).join(" "));
      for (const { path, bits, wanted } of seen) assert.is(bits & wanted, wanted, path);
    } finally {
      process.umask(before);
    }
  });
}

sharing.run();

function mode(path: string): number {
  return statSync(path).mode & 0o7777;
}

function emptyTree(git: (...args: string[]) => string): string {
  return git("write-tree");
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...below(path)] : [path];
  });
}
