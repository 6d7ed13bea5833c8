/**
 * Where a repository is, and how it is configured, is what git says. Plain cases are read from files,
 * and without git all are: both against git itself, over made-up environments.
 */
import { chownSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect, isDeepStrictEqual } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import type { Repository } from "../../src/git/backend.ts";
import { plainConfig } from "../../src/git/files/config.ts";
import { readConfig } from "../../src/git/files/config-reader.ts";
import type { ListedConfig } from "../../src/git/files/config-values.ts";
import { plainRepository } from "../../src/git/files/repository.ts";
import { readRepository } from "../../src/git/files/repository-reader.ts";
import { askConfig, askRepository } from "../../src/git/native/ask.ts";
import fc from "../support/property.ts";
import { temporaryFolder, temporaryRepository } from "../support/repository.ts";

const RUNS = Number(process.env.DISCOVERY_RUNS ?? 40);
const isRoot = process.getuid?.() === 0;
const discovery = suite("discovery");

/** What stands in a folder. */
const KINDS = [
  "nothing",
  "plain",
  "plain",
  "bare",
  "bare .git",
  "gitfile",
  "linked work tree",
  "link",
  "broken",
  "empty",
  "separate work tree",
  "work tree settings",
  "version 1",
  "sha256",
  "inner bare",
  "foreign",
  "foreign git dir",
] as const;
type Kind = (typeof KINDS)[number];

/** Lines that may stand in a file of settings. */
const LINES = [
  "[core]\n\tbare = false",
  "[core]\n\tbare = no\n",
  "[core]\n\tbare",
  "[core] bare = 0",
  "[core]\r\n\tautocrlf = input\r",
  "[redun]\n\tlog = nightly",
  "[redun]\n\tlog = night # ly",
  '[redun]\n\tlog = "a b"',
  "[redun]\n\ttag = a=b\n\ttag = c = d  e",
  "[redun]\n\ttag = two\ttabs",
  "[redun]\n\tflag",
  "[redun]\n\tempty =",
  "[Redun]\n\tCaSe = Ünal  ",
  '[remote "Origin.X"]\n\turl = https://x.org/a;b',
  '[remote "a\\"b"]\n\turl = x',
  "[old.Style]\n\tkey = 1",
  "; comment\n# another",
  "[a]b=1",
  "[include]\n\tpath = extra",
  '[includeIf "gitdir:**/"]\n\tpath = extra',
  '[includeIf "gitdir:root/"]\n\tpath = extra',
  '[includeIf "gitdir/i:ROOT/"]\n\tpath = extra',
  '[includeIf "onbranch:ma*"]\n\tpath = extra',
  '[includeIf "onbranch:x/"]\n\tpath = extra',
  '[includeIf "unknown:x"]\n\tpath = extra',
  "[redun]\n\tlong = a \\\n\tb",
  "[redun]\n\tescaped = a\\tb",
];

const kind = fc.constantFrom<Kind>(...KINDS);
const lines = fc.array(fc.constantFrom(...LINES), { maxLength: 3 });
const variables = fc.record(
  {
    GIT_DIR: fc.constantFrom(".git", "ROOT/a/.git", "../.git", "ROOT/nowhere"),
    GIT_WORK_TREE: fc.constantFrom(".", "..", "ROOT", "ROOT/other"),
    GIT_CEILING_DIRECTORIES: fc.constantFrom("ROOT", "ROOT/a", ":ROOT/a", "ROOT/", "a", "/"),
    GIT_DISCOVERY_ACROSS_FILESYSTEM: fc.constantFrom("1", "no", ""),
    GIT_COMMON_DIR: fc.constantFrom("ROOT/.git"),
    GIT_CONFIG_PARAMETERS: fc.constantFrom(
      "'redun.log=x'",
      "'redun.Log'='a b' 'r.S.k'='it'\\''s'",
      "'redun.flag'=",
      "'redun.flag'",
    ),
    GIT_CONFIG_COUNT: fc.constantFrom("1", "0"),
    GIT_CONFIG_NOSYSTEM: fc.constantFrom("true", "1", "0", ""),
    GIT_CONFIG_SYSTEM: fc.constantFrom("ROOT/system", "/dev/null"),
    GIT_CONFIG_GLOBAL: fc.constantFrom("ROOT/global", "", "/dev/null"),
    GIT_CONFIG: fc.constantFrom("ROOT/system"),
    GIT_PAGER: fc.constantFrom("cat"),
    GIT_PREFIX: fc.constantFrom("a/"),
    GIT_INDEX_FILE: fc.constantFrom("index2"),
    HOME: fc.constantFrom("", "ROOT/home", "ROOT/nowhere"),
    XDG_CONFIG_HOME: fc.constantFrom("", "ROOT/xdg"),
    SUDO_UID: fc.constantFrom("1234", "0"),
  },
  { requiredKeys: [] },
);

const environment = fc.record({
  outer: kind,
  inner: kind,
  where: fc.constantFrom("", "a", "a", "a/b", "a/b", "a/.git", "via/b"),
  // Mostly none: plain cases have to come up as well.
  env: fc.oneof(fc.constant({}), variables, fc.constant({})),
  global: fc.oneof(fc.constant([]), lines),
  own: fc.oneof(fc.constant([]), lines),
  safe: fc.constantFrom("", "", "*", "ROOT/a", "ROOT"),
  bareRepository: fc.constantFrom("", "", "explicit", "all"),
});
type Environment = typeof environment extends fc.Arbitrary<infer T> ? T : never;

/** Without these a run of few environments may never take the fast path. */
const PLAIN = (["", "a", "a/b"] as const).map(
  (where): Environment => ({
    outer: "plain",
    inner: "nothing",
    where,
    env: {},
    global: [],
    own: [],
    safe: "",
    bareRepository: "",
  }),
);

discovery("a plain repository is found, and every other one, as git finds it", () => {
  let plainOnes = 0;
  fc.assert(
    fc.property(environment, (made) => {
      withEnvironment(made, (cwd, env) => {
        const asked = attempt(() => askRepository(cwd, env));
        const plain = plainRepository(cwd, env);
        if (plain) {
          plainOnes++;
          same({ ...plain, isNamed: true }, asked, "plain");
        }
        same(
          attempt(() => readRepository(cwd, env)),
          asked,
          "without git",
        );
        if (typeof asked === "string") return;
        const listed = attempt(() => entriesOf(askConfig(asked, env)));
        const settings = plainConfig(asked, env);
        if (settings) {
          const found = settings.map(({ key, value }) => `${key}=${value}`).sort();
          same(found, listed, "plain configuration");
        }
        same(
          attempt(() => entriesOf(readConfig(asked, env))),
          listed,
          "without git",
        );
      });
    }),
    { numRuns: RUNS, includeErrorInReport: true, examples: PLAIN.map((made) => [made]) },
  );
  assert.ok(plainOnes > RUNS / 30, `${plainOnes} plain ones`);
});

/** Whole files of settings that people and programs write, and that only just are, or are not, valid. */
const FILES = [
  ...["a=1", "[a]x # c", "[a]x;c", "[a]x  ", "[a]x\n=1", "[a]x=1 y=2", "[a]1x=1", "[a]x_y=1"],
  ...['[a "b" ]x=1', "[ a]x=1", '[a"b"]x=1', '[a\t"b"]x=1', "[.b]x=1", "[]x=1", '["b"]x=1', "[a"],
  ...['[a]x = "1', '[a]x = "1\n2"', '[a]x = "1\\\n2"', "[a]x = \\", "[a]x=a\\", "[a]x=a\\q"],
  ...['[a]x = "a" b  # c', '[a]x = a"b c"d ; e', '[a]x = " a "', "[a]x=a # \\\nb=2", "[a]x==b"],
  ...["\uFEFF[a]x=1", "\uFEFF\uFEFF[a]x=1", "[a]\uFEFFx=1", "[a]\fx=1", "[a]x=b\v", "[a]x=\u00a0b"],
  ...["[a]x=1\r", "[a]x=1\r\ny=2\r\n", "[a]x=1\r\r\n", "[a]x=a\\\r\nb", "[a]x\r\ny", "[a]x=\r\n"],
  ...["~/inc/a", '"~/inc/a"', "~/nowhere", "~", "~/inc", "~/loop", ""].map(
    (path) => `[include]path=${path}`,
  ),
  ...["r/", "r", "r/.git", ".git", "", "~/", "~/../r/", "ROOT/link/", "ROOT/*/", "ROOT/?/.git"]
    .concat("ROOT/[r]/", "ROOT/[!r]/", "ROOT/[^x]/", "ROOT/[[:alpha:]]/", "ROOT/[a-q]/", "/", "*")
    .concat("**", "./", "./../r/", "../", "R/")
    .map((path) => `[includeIf "gitdir:${path}"]path=~/inc/a`),
  ...["main", "ma", "*", "main/", "", "m?in", "[m-n]ain", "**/main", "/main", "MAIN"].map(
    (branch) => `[includeIf "onbranch:${branch}"]path=~/inc/a`,
  ),
  ...["", "=", "=maybe", "=00", "=0x0", "=1k", "=-0", "=TRUE", '= "no"'].map(
    (value) => `[core]bare${value}`,
  ),
  ...["2", "x", "01", "0x1", ""].map((version) => `[core]repositoryformatversion=${version}`),
  ...["..", "../..", ""].map((path) => `[core]worktree=${path}`),
  "[extensions]objectFormat=sha256",
  "[extensions]worktreeConfig=bad",
  "[core]repositoryformatversion=1\n[extensions]objectFormat=sha512",
  "[core]repositoryformatversion=1\n[extensions]other",
];

discovery("files of settings are read, or refused, as git does", () => {
  const folder = temporaryFolder();
  const root = folder.dir;
  const own = join(root, "r");
  const home = join(root, "home");
  mkdirSync(join(home, "inc"), { recursive: true });
  cpSync(plainRepo.dir, own, { recursive: true });
  symlinkSync(own, join(root, "link"));
  writeFileSync(join(home, "inc/a"), "[redun]\n\tincluded = yes\n");
  writeFileSync(join(home, "loop"), "[include]\n\tpath = loop\n");
  const config = join(own, ".git/config");
  const standard = readFileSync(config, "utf8");
  const env = { HOME: home, PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1" };
  const found = (repository: () => Repository, read: (of: Repository) => ListedConfig) =>
    attempt(() => {
      const of = repository();
      return [of, entriesOf(read(of))];
    });
  for (const text of FILES) {
    writeFileSync(config, (text.startsWith("\uFEFF") ? "" : standard) + text.replace("ROOT", root));
    const asked = found(
      () => askRepository(own, env),
      (of) => askConfig(of, env),
    );
    const read = found(
      () => readRepository(own, env),
      (of) => readConfig(of, env),
    );
    same(read, asked, JSON.stringify(text));
    const plain = plainRepository(own, env);
    const settings = plain && plainConfig(plain, env);
    if (!settings) continue;
    const entries = settings.map(({ key, value }) => `${key}=${value}`).sort();
    same([{ ...plain, isNamed: true }, entries], asked, `plain: ${JSON.stringify(text)}`);
  }
  folder.remove();
});

function same(found: unknown, git: unknown, what: string): void {
  assert.ok(isDeepStrictEqual(found, git), `${what}: ${inspect(found)}, and git: ${inspect(git)}`);
}

function entriesOf(config: { entries(): readonly (readonly [string, string])[] }): string[] {
  return (
    config
      .entries()
      // Since 2.46 git keeps tabs within a value.
      .map(([key, value]) => `${key}=${value.replace(/[\t\r]/g, " ")}`)
      .sort()
  );
}

function attempt<T>(body: () => T): T | string {
  try {
    return body();
  } catch (error) {
    assert.instance(error, RedunError, String((error as Error).stack));
    return (error as RedunError).code;
  }
}

const plainRepo = temporaryRepository({ commit: true });
const sha256Repo = temporaryRepository({ objectFormat: "sha256" });

function withEnvironment(
  made: Environment,
  body: (cwd: string, env: NodeJS.ProcessEnv) => void,
): void {
  // Newer gits trust the git directory of a work tree all the same.
  if (made.bareRepository === "explicit" && made.where === "a/.git") return;
  const folder = temporaryFolder();
  const root = join(folder.dir, "root");
  for (const name of ["a/b", "other", "home", "xdg/git"]) {
    mkdirSync(join(root, name), { recursive: true });
  }
  symlinkSync(join(root, "a"), join(root, "via"));
  place(root, root, made.outer);
  place(root, join(root, "a"), made.inner);
  const filled = (text: string) => text.replaceAll("ROOT", root);
  const safe = [
    ...(made.safe ? [`[safe]\n\tdirectory = ${filled(made.safe)}`] : []),
    ...(made.bareRepository ? [`[safe]\n\tbareRepository = ${made.bareRepository}`] : []),
  ];
  const write = (name: string, texts: readonly string[]) =>
    writeFileSync(join(root, name), texts.map((text) => `${text}\n`).join(""));
  for (const name of ["global", "home/.gitconfig", "xdg/git/config"]) {
    write(name, [...made.global, ...safe]);
  }
  write("system", ["[redun]\n\tsystem = yes"]);
  for (const name of ["extra", "home/extra", "xdg/git/extra", ".git/extra", "a/.git/extra"]) {
    try {
      write(name, [`[redun]\n\tincluded = ${name}`]);
    } catch {}
  }
  for (const name of ["config", "a/config", ".git/config", "a/.git/config"]) {
    try {
      const path = join(root, name);
      writeFileSync(path, `${readFileSync(path, "utf8")}${made.own.join("\n")}\n`);
    } catch {}
  }
  const { HOME, PATH, GIT_CONFIG_NOSYSTEM } = process.env;
  const env: NodeJS.ProcessEnv = { HOME: join(root, "home"), PATH, GIT_CONFIG_NOSYSTEM };
  assert.ok(HOME);
  for (const [name, value] of Object.entries(made.env)) env[name] = filled(value as string);
  if (env.GIT_CONFIG_COUNT === "1") {
    Object.assign(env, { GIT_CONFIG_KEY_0: "Redun.A.Key", GIT_CONFIG_VALUE_0: "v" });
  }
  try {
    const cwd = join(root, made.where);
    if (readable(cwd)) body(cwd, env);
  } finally {
    folder.remove();
  }
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EISDIR";
  }
}

function place(root: string, dir: string, kind: Kind): unknown {
  const gitDir = join(dir, ".git");
  const begin = (to = gitDir) => cpSync(join(plainRepo.dir, ".git"), to, { recursive: true });
  const add = (text: string, to = gitDir) => {
    const path = join(to, "config");
    writeFileSync(path, `${readFileSync(path, "utf8")}${text}\n`);
  };
  const elsewhere = `${dir}-elsewhere`;
  switch (kind) {
    case "nothing":
      return;
    case "plain":
      return begin();
    case "bare":
      begin(dir);
      return add("[core]\n\tbare = true", dir);
    case "bare .git":
      begin();
      return add("[core]\n\tbare = true");
    case "gitfile":
      begin(elsewhere);
      return writeFileSync(gitDir, `gitdir: ${elsewhere}\n`);
    case "linked work tree": {
      begin(elsewhere);
      const own = join(elsewhere, "worktrees/w");
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, "HEAD"), "ref: refs/heads/x/y\n");
      writeFileSync(join(own, "commondir"), "../..\n");
      writeFileSync(join(own, "gitdir"), `${gitDir}\n`);
      return writeFileSync(gitDir, `gitdir: ${own}\n`);
    }
    case "link":
      begin(elsewhere);
      return symlinkSync(elsewhere, gitDir);
    case "broken":
      begin();
      return writeFileSync(join(gitDir, "HEAD"), "nonsense\n");
    case "empty":
      return mkdirSync(gitDir);
    case "separate work tree":
      begin();
      return add(`[core]\n\tworktree = ${dir === root ? "../other" : join(root, "other")}`);
    case "work tree settings":
      begin();
      writeFileSync(join(gitDir, "config.worktree"), "[redun]\n\town = yes\n");
      return add("[extensions]\n\tworktreeConfig = true");
    case "version 1":
      begin();
      return add("[core]\n\trepositoryformatversion = 1");
    case "sha256":
      return cpSync(join(sha256Repo.dir, ".git"), gitDir, { recursive: true });
    case "inner bare":
      begin(join(dir, "b"));
      return add("[core]\n\tbare = true", join(dir, "b"));
    case "foreign":
      begin();
      if (isRoot) for (const path of [dir, gitDir]) chownSync(path, 1234, 1234);
      return;
    case "foreign git dir":
      begin();
      return isRoot && chownSync(gitDir, 4321, 4321);
  }
}

discovery.run();
