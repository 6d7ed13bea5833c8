/** The words of a command line: where options may stand, what is misuse, and what is said of it. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { markWords, readCommand, takesValue } from "../../cli/argv.ts";
import { COMMANDS } from "../../cli/commands.ts";
import { pagerOf } from "../../cli/text/pager.ts";
import { cli, jsonLines, logged, ok, start, workflowRepository } from "../support/cli.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { temporaryFolder } from "../support/repository.ts";

const HELLO = {
  "w.mjs": `import { task } from "redun-git";
export const namespace = "hello";
export const main = task(function main(greet = "Hi") { return greet; });
`,
};

const places = suite("where options stand");

/** What cac is given for a command line, its options in one order. */
function marked(words: readonly string[]): string[] {
  const { spec, rest } = readCommand(words, COMMANDS);
  const [name, ...others] = markWords(spec!, rest)!;
  return [
    name!,
    ...others.filter((w) => w.startsWith("-")).sort(),
    ...others.filter((w) => !w.startsWith("-")),
  ];
}

places("an option takes a value in every command that has it, or in none", () => {
  const values = new Map<string, boolean>();
  for (const { name, options } of COMMANDS) {
    for (const option of options) {
      for (const flag of option.flags.match(/(?<![\w<])--?[\w-]+/g) ?? []) {
        assert.is(takesValue(option), values.get(flag) ?? takesValue(option), `${name} ${flag}`);
        values.set(flag, takesValue(option));
      }
    }
  }
});

places("options before the command, within its name and behind it are the same", () => {
  const value = fc.constantFrom(
    "x",
    "log",
    "push",
    "tag",
    "list",
    "-",
    "--",
    "--log",
    "=",
    "",
    "0012",
  );
  const commandLine = fc.constantFrom(...COMMANDS).chain((spec) =>
    fc.record({
      name: fc.constant(spec.name.split(" ")),
      options: fc.tuple(
        ...spec.options.map((option) =>
          value.map((given) => {
            const flag = `--${/--([\w-]+)/.exec(option.flags)![1]}`;
            if (!takesValue(option)) return [flag];
            return given.length % 2 === 0 ? [flag, given] : [`${flag}=${given}`];
          }),
        ),
      ),
      where: fc.array(fc.nat(spec.name.split(" ").length), {
        minLength: spec.options.length,
        maxLength: spec.options.length,
      }),
    }),
  );
  fc.assert(
    fc.property(commandLine, ({ name, options, where }) => {
      const at = (place: number) => options.filter((_, i) => where[i] === place).flat();
      const anywhere = [...name.flatMap((word, i) => [...at(i), word]), ...at(name.length)];
      assert.equal(marked(anywhere), marked([...name, ...options.flat()]));
    }),
    { numRuns: repeats(500) },
  );
});

places("a leading option means what it means behind the command", () => {
  const { dir, git } = workflowRepository(HELLO);
  const words = ["--log", "nightly", "run", "-q", "w.mjs", "main", "--greet", "Hello"];
  assert.is(ok(dir, words), "Hello\n");
  assert.is(git("for-each-ref", "--format=%(refname)", "refs/redun"), "refs/redun/nightly");
  assert.is(
    git("log", "-1", "--format=%s", "redun/nightly"),
    "run hello.main --greet Hello [DONE] 1 job",
  );
  assert.is(jsonLines(ok(dir, ["--log=nightly", "--format", "json", "log", "-n", "1"])).length, 1);
  assert.match(ok(dir, ["--ref", "refs/redun/nightly", "tag", "list"]), /user/);
  assert.match(ok(dir, ["tag", "--log", "nightly", "list"]), /user/);
  assert.is(logged(dir).length, 0);
  const bare = temporaryFolder().dir;
  git("init", "-q", "--bare", bare);
  assert.match(ok(dir, ["--dry-run", "--log", "nightly", "push", bare]), /^Would push 1 execution/);
  assert.match(ok(dir, ["--log", "nightly", "push", bare]), /^Pushed 1 execution/);
});

places("help before a command is the command's", () => {
  const { dir } = temporaryFolder();
  assert.is(ok(dir, ["--help", "push"]), ok(dir, ["push", "-h"]));
  assert.is(ok(dir, ["-h", "tag"]), ok(dir, ["tag"]));
});

places("a short option may have its value attached", () => {
  const { dir, git } = workflowRepository(HELLO);
  ok(dir, ["run", "-q", "-tenv=dev", "-t=team=qa", "w.mjs", "main"]);
  ok(dir, ["run", "-q", "w.mjs", "main"]);
  assert.is(logged(dir, ["-n1"]).length, 1);
  assert.is(logged(dir, ["-n=1"]).length, 1);
  assert.is(logged(dir, ["-tenv=dev", "-tteam=qa"]).length, 1);
  ok(dir, ["tag", "rm", "~1", "env", "-mno longer: so"]);
  assert.match(git("log", "-1", "--format=%b", "redun/main"), /^no longer: so$/m);
});

places.run();

const likeGit = suite("as git has it");

likeGit("`help`, of everything or of one command", () => {
  const dir = temporaryFolder().dir;
  assert.is(ok(dir, ["help"]), ok(dir, ["--help"]));
  assert.is(ok(dir, ["help", "tag", "add"]), ok(dir, ["tag", "add", "--help"]));
  assert.is(ok(dir, ["help", "tag"]), ok(dir, ["tag", "--help"]));
  const { status, stderr } = cli(dir, ["help", "lgo"]);
  assert.is(status, 2);
  assert.match(stderr, /no command "lgo"\. Did you mean log\?/);
});

likeGit("`--no-pager` and `-p`, before the command or behind it", () => {
  const { dir } = workflowRepository(HELLO);
  ok(dir, ["run", "-q", "w.mjs", "main", "--no-pager"]);
  const listed = ok(dir, ["log"]);
  for (const words of [
    ["--no-pager", "log"],
    ["-p", "log"],
    ["log", "--no-pager"],
    ["log", "-p"],
  ]) {
    assert.is(ok(dir, words), listed);
  }
});

likeGit.run();

const misuse = suite("misuse of words");
const { dir, git } = workflowRepository(HELLO);
git("remote", "add", "origin", temporaryFolder().dir);
git("remote", "add", "public", temporaryFolder().dir);

for (const [words, about] of [
  [["--nope", "log"], /`log` has no option `--nope`/],
  [["--log"], /only options: `--log`/],
  [["--log", "nightly"], /only options: `--log nightly`/],
  [["--", "push"], /No command was given/],
  [["push", ""], /empty word.*`push`.*\[remote\]/],
  [["fetch", ""], /empty word/],
  [["tag", "list", "env=dev", ""], /empty word/],
  [["push", "origin", "main"], /"main"[\s\S]*one remote\. To choose a log, use `--log main`/],
  [["logs", "main"], /`logs` takes no words/],
  [["push", "--froce"], /no option `--froce`[\s\S]*never forces/],
  [["push", "--force"], /never forces/],
  [["push", "-f"], /never forces/],
  [["push", "--dryrun"], /Did you mean --dry-run\?/],
  [["push", "-log", "x"], /Did you mean --log/],
  [["push", "--backgroun"], /`--backgroun`\. \[USAGE\]/],
  [["push", "--dry-run=no"], /--dry-run takes no value/],
  [["push", "--all-logs", "--log", "x"], /--all-logs and --log cannot be combined/],
  [["pull", "--ref", "refs/redun/x", "--all-logs"], /--all-logs and --ref cannot be combined/],
  [["init", "--remote", "origin", "--remote", "public"], /--remote is given twice/],
  [["log", "-n1", "--limit", "2"], /--limit is given twice/],
] as [string[], RegExp][]) {
  const { ended } = start(dir, words);
  misuse(`\`${words.join(" ")}\` ends with status 2 and says why`, async () => {
    const { status, stdout, stderr } = await ended;
    assert.equal([status, stdout], [2, ""], stderr);
    assert.match(stderr, about);
  });
}

misuse(
  "a slip in the name of a remote is reported before git looks for a folder of that name",
  () => {
    for (const command of ["push", "fetch", "incoming"]) {
      const { status, stderr } = cli(dir, [command, "orgin"]);
      assert.is(status, 1);
      assert.match(stderr, /There is no remote "orgin"\. Did you mean origin\? \[UNKNOWN_REMOTE\]/);
    }
    git("init", "-q", "--bare", "orgin");
    assert.match(ok(dir, ["push", "--dry-run", "orgin"]), /^Would push nothing to orgin/);
  },
);

misuse("help is silent about what is only for redun-git itself", () => {
  assert.not.match(ok(dir, ["push", "--help"]), /background/);
});

misuse("a dumb terminal gets no pager, nor does anyone who wants none", () => {
  assert.is(pagerOf({ TERM: "dumb", PAGER: "more" }), null);
  assert.is(pagerOf({ TERM: "xterm", PAGER: "more" }), "more");
  assert.is(pagerOf({ PAGER: "more" }, "less -S"), "less -S");
  assert.is(pagerOf({ GIT_PAGER: "cat", PAGER: "more" }), null);
  assert.is(pagerOf({}), "less");
});

misuse.run();
