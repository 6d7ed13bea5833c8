/** Clean means clean: a run's code is what was loaded, and its record says what the commit lacks. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  cli,
  jsonLines,
  kill,
  ok,
  start,
  workflowRepository,
  writeFiles,
} from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { prepared, type TemporaryRepository, temporaryFolder } from "../support/repository.ts";
import { until } from "../support/until.ts";

const LIBRARY = new URL("../../dist/index.js", import.meta.url).href;
const FILES = {
  "flow/w.mjs": `import { task } from "redun-git";
import { x } from "../lib/x.mjs";
export const main = task(function main() { return x; });
export const late = task(async function late(name = "") { return (await import(name)).x; });
`,
  "lib/x.mjs": "export const x = 1;\n",
  ".gitignore": "ignored.mjs\nnode_modules\n",
};
const RUN = ["run", "-q", "flow/w.mjs", "main"];

const committed = prepared(() => workflowRepository(FILES));
const clean = suite("clean");

/** What the newest record says of the code, as plain git shows it; and whether it is tagged. */
function codeOf({ dir, git }: TemporaryRepository) {
  const [execution] = jsonLines(ok(dir, ["log", "--format", "json", "-n", "1"]));
  const yaml = git("show", execution.id);
  const code = /^code:\n((?: .*\n)*)/m.exec(yaml)?.[1] ?? "";
  const files = [...code.matchAll(/- path: (.*)\n\s+blob: (\w+)/g)].map(([, path, blob]) => [
    path,
    blob,
  ]);
  const tagged = execution.tags.some(
    ({ key, value }: { key: string; value: unknown }) => key === "git_dirty" && value === true,
  );
  return { dirty: /^ {2}dirty: (.*)$/m.exec(code)?.[1], files: Object.fromEntries(files), tagged };
}

for (const backend of oneOf(BACKENDS)) {
  const run = ({ dir }: TemporaryRepository, words = RUN) => ok(dir, words, { backend });

  clean(`what the commit holds is clean (${backend})`, () => {
    const repository = committed();
    run(repository);
    assert.equal(codeOf(repository), { dirty: "false", files: {}, tagged: false });
    // Not used by the run, and not tracked.
    writeFileSync(join(repository.dir, "notes.txt"), "x");
    run(repository);
    assert.equal(codeOf(repository), { dirty: "false", files: {}, tagged: false });
  });

  clean(`an untracked or ignored script or module is not (${backend})`, () => {
    const repository = committed();
    const { dir, git } = repository;
    cpSync(join(dir, "flow/w.mjs"), join(dir, "flow/new.mjs"));
    run(repository, ["run", "-q", "flow/new.mjs", "main"]);
    const blob = git("rev-parse", "HEAD:flow/w.mjs");
    assert.equal(codeOf(repository), {
      dirty: "true",
      files: { "flow/new.mjs": blob },
      tagged: true,
    });

    writeFiles(dir, {
      "lib/x.mjs": 'export { x } from "./ignored.mjs";\n',
      "lib/ignored.mjs": "export const x = 2;\n",
    });
    git("commit", "-qam", "imports what is ignored");
    run(repository);
    const ignored = { "lib/ignored.mjs": git("hash-object", "lib/ignored.mjs") };
    assert.equal(codeOf(repository), { dirty: "true", files: ignored, tagged: true });
    const log = ok(dir, ["log", "--commit", "HEAD"]);
    assert.match(log, /\[dirty\]/);
  });

  clean(`a change that git was told not to see (${backend})`, () => {
    const repository = committed();
    repository.git("update-index", "--skip-worktree", "lib/x.mjs");
    writeFiles(repository.dir, { "lib/x.mjs": "export const x = 3;\n" });
    run(repository);
    const changed = { "lib/x.mjs": repository.git("hash-object", "lib/x.mjs") };
    assert.equal(codeOf(repository), { dirty: "true", files: changed, tagged: true });
  });
}

clean("a run without the tag is marked by its record", () => {
  const repository = committed();
  const { dir, git } = repository;
  git("config", "redun.autotags", "user");
  ok(dir, RUN);
  assert.not.match(ok(dir, ["log", "--commit", "HEAD"]), /\[dirty\]/);
  writeFiles(dir, { "lib/x.mjs": "export const x = 7;\n" });
  ok(dir, RUN);
  assert.equal(codeOf(repository).tagged, false);
  for (const words of [["--commit", "HEAD"], ["--decorate-code"]]) {
    const text = ok(dir, ["log", ...words]);
    assert.is(text.match(/\[dirty\]/g)?.length, 1, text);
  }
});

clean("a module that is imported while the run goes on", () => {
  const repository = committed();
  const { dir, git } = repository;
  const late = ["run", "-q", "--no-cache", "flow/w.mjs", "late", "--name"];
  ok(dir, [...late, "../lib/x.mjs"]);
  assert.equal(codeOf(repository), { dirty: "false", files: {}, tagged: false });
  writeFiles(dir, { "lib/later.mjs": "export const x = 4;\n" });
  ok(dir, [...late, "../lib/later.mjs"]);
  assert.equal(codeOf(repository), { dirty: "false", files: {}, tagged: true });
  assert.match(ok(dir, ["log", "--commit", "HEAD"]), /\[dirty\]/);
  const blob = git("hash-object", "lib/later.mjs");
  assert.equal(modulesOf(dir), [{ path: "lib/later.mjs", blob }]);
  const page = ok(dir, ["log", "-"]);
  assert.ok(page.includes(`does not hold as they ran:\n  ${blob} lib/later.mjs\n`), page);
  const [diff] = jsonLines(ok(dir, ["diff", "-~1", "-", "--format", "json"]));
  assert.equal(diff.code.after.files, [{ path: "lib/later.mjs", blob }]);
  assert.is(diff.code.after.dirty, true);

  // Without the tag the record still says it.
  git("config", "redun.autotags", "user");
  ok(dir, [...late, "../lib/later.mjs"]);
  assert.is(codeOf(repository).tagged, false);
  assert.is(ok(dir, ["log", "--commit", "HEAD"]).match(/\[dirty\]/g)?.length, 2);
});

clean("a module that is loaded again with another content, and back", () => {
  const repository = committed();
  const { dir, git } = repository;
  writeFiles(dir, {
    "flow/again.mjs": `import { readFileSync, writeFileSync } from "node:fs";
import { task } from "redun-git";
const file = new URL("../lib/x.mjs", import.meta.url);
export const main = task(async function main() {
  const text = readFileSync(file, "utf8");
  const found = [(await import(file.href)).x];
  writeFileSync(file, "export const x = 2;\\n");
  found.push((await import(file.href + "?2")).x);
  writeFileSync(file, text);
  found.push((await import(file.href + "?3")).x);
  return found;
});
`,
  });
  git("add", ".");
  git("commit", "-qm", "loads again");
  assert.is(ok(dir, ["run", "-q", "flow/again.mjs", "main"]), "[ 1, 2, 1 ]\n");
  writeFiles(dir, { "lib/x.mjs": "export const x = 2;\n" });
  const blob = git("hash-object", "lib/x.mjs");
  assert.equal(modulesOf(dir), [{ path: "lib/x.mjs", blob }]);
});

clean("a module that was imported before the run was ended", async () => {
  const repository = committed();
  const { dir, git } = repository;
  writeFiles(dir, {
    "flow/waits.mjs": `import { setTimeout } from "node:timers/promises";
import { task } from "redun-git";
export const main = task(async function main() {
  await import("../lib/later.mjs");
  await setTimeout(1e6);
});
`,
  });
  git("add", ".");
  git("commit", "-qm", "waits");
  writeFiles(dir, { "lib/later.mjs": "export const x = 4;\n" });
  const running = start(dir, ["run", "-q", "flow/waits.mjs", "main"]);
  const journals = join(dir, ".git/redun/journal");
  const written = () =>
    readdirSync(journals).map((name) => readFileSync(join(journals, name), "latin1"));
  await until(() => existsSync(journals) && written().some((text) => text.includes('"modules"')));
  await kill(running);
  assert.equal(modulesOf(dir), [
    { path: "lib/later.mjs", blob: git("hash-object", "lib/later.mjs") },
  ]);
});

/** The modules of the newest execution, as programs get them. */
function modulesOf(dir: string) {
  return jsonLines(ok(dir, ["log", "-", "--format", "json"]))[0].modules;
}

clean("a program that loads its workflows itself", () => {
  const repository = committed();
  const { dir, git } = repository;
  const program = `import { Scheduler } from ${JSON.stringify(LIBRARY)};
import { main } from "../flow/api.mjs";
await new Scheduler().run(main());
`;
  const flow = `import { task } from ${JSON.stringify(LIBRARY)};
export const main = task(function main() { return 1; });
`;
  writeFiles(dir, { "bin/program.mjs": program });
  git("add", "bin");
  git("commit", "-qm", "a program");
  writeFiles(dir, { "flow/api.mjs": flow });
  execFileSync(process.execPath, ["bin/program.mjs"], { cwd: dir, stdio: "pipe" });
  const files = { "flow/api.mjs": git("hash-object", "flow/api.mjs") };
  assert.equal(codeOf(repository), { dirty: "true", files, tagged: true });
  git("add", "flow");
  git("commit", "-qm", "its workflow");
  execFileSync(process.execPath, ["bin/program.mjs"], { cwd: dir, stdio: "pipe" });
  assert.equal(codeOf(repository), { dirty: "false", files: {}, tagged: false });
});

clean("dependencies are not the repository's", () => {
  const repository = committed();
  const { dir, git } = repository;
  writeFiles(dir, {
    "node_modules/dep/package.json": '{ "type": "module", "main": "index.js" }',
    "node_modules/dep/index.js": "export const x = 5;\n",
    "lib/x.mjs": 'export { x } from "dep";\n',
  });
  git("commit", "-qam", "depends");
  ok(dir, RUN);
  assert.equal(codeOf(repository), { dirty: "false", files: {}, tagged: false });
});

clean("a script from elsewhere", () => {
  const repository = committed();
  const elsewhere = temporaryFolder();
  for (const name of Object.keys(FILES)) {
    mkdirSync(dirname(join(elsewhere.dir, name)), { recursive: true });
    cpSync(join(repository.dir, name), join(elsewhere.dir, name));
  }
  ok(repository.dir, ["run", "-q", join(elsewhere.dir, "flow/w.mjs"), "main"]);
  const { dirty, files, tagged } = codeOf(repository);
  assert.equal([dirty, tagged], ["true", true]);
  assert.equal(Object.values(files), [repository.git("rev-parse", "HEAD:flow/w.mjs")]);
  assert.match(Object.keys(files)[0]!, /^\.\.\/.*flow\/w\.mjs$/);
  elsewhere.remove();
});

clean("a commit that is named from outside", () => {
  const repository = committed();
  writeFiles(repository.dir, { "lib/x.mjs": "export const x = 6;\n" });
  const { status, stderr } = cli(repository.dir, RUN, {
    env: { REDUN_GIT_COMMIT: "f".repeat(40) },
  });
  assert.is(status, 0, stderr);
  assert.equal(codeOf(repository), { dirty: undefined, files: {}, tagged: false });
});

clean.run();
