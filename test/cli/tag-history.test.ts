import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, type BackendName, cli, jsonLines, logged, ok } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { jobOf, recorded } from "../support/recorded.ts";
import { sampleLog } from "../support/sample.ts";

const LOG = "refs/redun/main";
const RUN = { argv: ["run", "w.ts", "main"], tags: { env: "dev" } };

/** A log of one run. `as` runs a command as someone else. */
async function sample(backend: BackendName = "native") {
  const repository = await sampleLog([RUN]);
  const log = recorded(repository.dir);
  const greeter = jobOf(log, "sample.greeter");
  const run = (args: string[], env: Record<string, string> = {}) =>
    ok(repository.dir, args, { backend, env });
  const as = (name: string, ...args: string[]) =>
    run(args, { GIT_AUTHOR_NAME: name, GIT_COMMITTER_NAME: name });
  return {
    ...repository,
    as,
    id: log.executions[0]!.id,
    job: greeter.id,
    task: greeter.taskHash,
    call: greeter.call!,
    value: [...log.values.keys()][0]!,
    commit: () => repository.git("rev-parse", LOG),
    changes: (...args: string[]) =>
      jsonLines(run(["tag", "history", "--format", "json", ...args])).map(
        ({ key, old, new: now, author, commit, reason }) => ({
          key,
          old,
          now,
          author,
          commit,
          reason,
        }),
      ),
    blame: (id: string) =>
      jsonLines(run(["tag", "blame", "--format", "json", id])).map(
        ({ key, value, author, commit }) => `${key}=${value} ${author?.split(" ")[0]} ${commit}`,
      ),
  };
}

/** Ada and Bob change one tag in two copies of the log, which are then merged. */
async function conflicting() {
  const found = await sample();
  const { as, git, id } = found;
  git("update-ref", "refs/redun/bobs", LOG);
  as("Ada", "tag", "update", id, "env=prod", "-m", "it passed");
  const adas = found.commit();
  as("Bob", "tag", "update", "--log", "bobs", id, "env=test", "n=1");
  const bobs = git("rev-parse", "refs/redun/bobs");
  as("Eve", "merge", "bobs");
  return { ...found, adas, bobs };
}

const history = suite("tag history, tag blame");

for (const backend of oneOf(BACKENDS)) {
  history(`what the run recorded first, then every edit (${backend})`, async () => {
    const { as, id, changes, blame, commit } = await sample(backend);
    const run = commit();
    as("Ada", "tag", "update", id, "env=prod", "-m", "it passed\n\nall tests");
    const first = commit();
    // The index has learned the first commits by now, and learns only the rest.
    assert.is(changes(id, "env").length, 2);
    as("Bob", "tag", "add", id, "env=also", "owner=bob");
    const second = commit();
    as("Eve", "tag", "rm", id, "--", "owner");
    const third = commit();
    const test = "Test User <test@example.com>";
    const by = (name: string) => `${name} <test@example.com>`;
    const none = undefined;
    assert.equal(changes(id, "env"), [
      { key: "env", old: [], now: ["dev"], author: test, commit: run, reason: none },
      {
        key: "env",
        old: ["dev"],
        now: ["prod"],
        author: by("Ada"),
        commit: first,
        reason: "it passed\n\nall tests",
      },
      { key: "env", old: [], now: ["also"], author: by("Bob"), commit: second, reason: none },
    ]);
    assert.equal(
      changes(id, "owner").map(({ old, now, commit }) => ({ old, now, commit })),
      [
        { old: [], now: ["bob"], commit: second },
        { old: ["bob"], now: [], commit: third },
      ],
    );
    const tags = blame(id);
    for (const line of [
      `env=prod Ada ${first}`,
      `env=also Bob ${second}`,
      `user=root Test ${run}`,
    ]) {
      if (!line.startsWith("user")) assert.ok(tags.includes(line), line);
    }
    assert.ok(tags.some((tag) => tag.startsWith("user=") && tag.endsWith(` Test ${run}`)));
    assert.not.ok(tags.some((tag) => tag.startsWith("owner=")));
  });
}

history("text: aligned lines, with the reason below", async () => {
  const { as, dir, id } = await sample();
  as("Ada", "tag", "update", id, "env=prod", "-m", "it passed");
  as("A Very Long Name That Nobody Has", "tag", "rm", id, "env");
  const time = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d";
  const [head, run, update, reason, rm] = ok(dir, ["tag", "history", id, "env"]).split("\n");
  assert.is(head, `Execution ${id}`);
  const line = (name: string, change: string) =>
    new RegExp(`^  ${time}  [0-9a-f]{8}  ${name.padEnd(20)}  ${change}$`);
  assert.match(run!, line("Test User", "\\+ env=dev"));
  assert.match(update!, line("Ada", "env=dev -> env=prod"));
  assert.is(reason!.trim(), "it passed");
  assert.match(rm!, line("A Very Long Name ...", "- env=prod"));
});

history(
  "text: a reason of several tags stands once, and a key that never was is told so",
  async () => {
    const { as, dir, id } = await sample();
    as("Ada", "tag", "add", id, "a=1", "b=2", "-m", "checked twice");
    assert.is(ok(dir, ["tag", "history", id]).split("checked twice").length, 2);
    assert.match(ok(dir, ["tag", "history", id, "nosuch"]), /\(it never had a tag nosuch\)/);
  },
);

history("every kind of entity: tags that its run recorded are of the run's commit", async () => {
  const { as, job, task, call, value, blame, commit } = await sample();
  const run = commit();
  assert.equal(blame(job), [`team=qa Test ${run}`]);
  assert.equal(blame(task), [`team=qa Test ${run}`]);
  as("Ada", "tag", "add", job, task, call, value, "n=1");
  for (const id of [job, task, call, value]) assert.ok(blame(id).includes(`n=1 Ada ${commit()}`));
  assert.ok(blame(task).includes(`team=qa Test ${run}`));
});

history("settings of git for people change nothing", async () => {
  const { as, dir, git, id } = await sample();
  as("Ada", "tag", "update", id, "env=prod");
  const before = ok(dir, ["tag", "history", id]);
  ok(dir, ["index", "drop"]);
  for (const [name, value] of [
    ["log.showSignature", "true"],
    ["log.follow", "true"],
    ["log.showRoot", "false"],
    ["diff.renames", "copies"],
    ["color.ui", "always"],
    ["log.mailmap", "true"],
  ]) {
    git("config", name!, value!);
  }
  assert.is(ok(dir, ["tag", "history", id]), before);
});

history("an edit that came twice is of the earlier commit", async () => {
  const { as, id, git, changes } = await sample();
  git("update-ref", "refs/redun/other", LOG);
  as("Ada", "tag", "add", id, "n=1");
  const adas = git("rev-parse", LOG);
  // The same file from someone else, a second later.
  await new Promise((done) => setTimeout(done, 1100));
  as("Bob", "tag", "add", "--log", "other", id, "n=1");
  as("Eve", "merge", "other");
  assert.equal(
    changes(id, "n").map(({ commit }) => commit),
    [adas],
  );
});

history("an unknown id is refused; an entity without tags has no history", async () => {
  const { dir, value } = await sample();
  assert.is(cli(dir, ["tag", "history", "ffffffffffff"]).status, 1);
  assert.match(ok(dir, ["tag", "history", value]), /\(no tags\)/);
  assert.match(ok(dir, ["tag", "blame", value]), /\(no tags\)/);
  assert.is(ok(dir, ["tag", "blame", "--format", "json", value]), "");
});

history.run();

const conflicts = suite("tag conflicts");

conflicts("log, tag list and JSON mark them, tag conflicts tells who and when", async () => {
  const { dir, id, adas, bobs } = await conflicting();
  assert.match(ok(dir, ["log"]), /env=prod\|test !conflict, git_commit=/);
  assert.match(ok(dir, ["log", id]), /env=prod\|test !conflict/);
  assert.match(ok(dir, ["tag", "list", id]), /^ {2}env=prod !conflict\n {2}env=test !conflict$/m);
  const [line] = logged(dir);
  assert.equal(
    line.tags.filter((tag: { conflict?: boolean }) => tag.conflict),
    [
      { key: "env", value: "prod", conflict: true },
      { key: "env", value: "test", conflict: true },
    ],
  );
  const text = ok(dir, ["tag", "conflicts"]);
  assert.match(text, new RegExp(`^Execution ${id}$`, "m"));
  assert.match(
    text,
    new RegExp(`^  env=prod !conflict  .*  ${adas.slice(0, 8)}  Ada  it passed$`, "m"),
  );
  assert.match(text, new RegExp(`^  env=test !conflict  .*  ${bobs.slice(0, 8)}  Bob$`, "m"));
  assert.equal(
    jsonLines(ok(dir, ["tag", "conflicts", "--format", "json"])).map(
      ({ key, value, conflict, commit }) => [key, value, conflict, commit],
    ),
    [
      ["env", "prod", true, adas],
      ["env", "test", true, bobs],
    ],
  );
});

conflicts("tag update resolves them, in an index made anew too", async () => {
  const { as, dir, id, changes } = await conflicting();
  ok(dir, ["index", "rebuild"]);
  assert.match(ok(dir, ["tag", "conflicts"]), /env=prod !conflict/);
  as("Eve", "tag", "update", id, "env=prod");
  assert.is(ok(dir, ["tag", "conflicts"]), "No tags are in conflict.\n");
  assert.not.match(ok(dir, ["log"]), /conflict/);
  const last = changes(id, "env").at(-1)!;
  assert.equal([last.old, last.now, last.author], [["test"], ["prod"], "Eve <test@example.com>"]);
});

conflicts("an update that names all values keeps them, once", async () => {
  const { as, dir, git, id, changes, commit } = await conflicting();
  as("Eve", "tag", "update", id, "env=test", "env=prod", "-m", "both count");
  const settled = commit();
  assert.is(ok(dir, ["tag", "conflicts"]), "No tags are in conflict.\n");
  assert.not.match(ok(dir, ["log"]), /conflict/);
  const subject = git("log", "-1", "--format=%s", LOG);
  assert.is(subject, `tag ${id.slice(0, 8)}: env=prod, env=test -> env=prod, env=test`);
  ok(dir, ["index", "rebuild"]);
  assert.is(ok(dir, ["tag", "conflicts"]), "No tags are in conflict.\n");
  assert.match(as("Eve", "tag", "update", id, "env=prod", "env=test"), /^leave Execution/);
  assert.is(commit(), settled);
  const last = changes(id, "env").at(-1)!;
  assert.equal([last.author, last.reason], ["Eve <test@example.com>", "both count"]);
});

conflicts.run();

const path = suite("path");

path("prints literal paths, from which plain git tells the history", async () => {
  const { as, dir, git, id, job, task, value, call } = await sample();
  const paths = (...ids: string[]) =>
    ok(dir, ["path", ...ids])
      .trimEnd()
      .split("\n");
  assert.is(paths(id).length, 1);
  as("Ada", "tag", "update", id, job, task, value, call, "n=1");
  as("Ada", "tag", "update", id, "n=2");
  for (const [one, kind] of [
    [id, /^executions\/[^*]*$/],
    [job, /^executions\/.*\/jobs-[0-9a-f]{40}\.yaml$/],
    [call, /^executions\/.*\/jobs-[0-9a-f]{40}\.yaml$/],
    [task, /^tasks\/..\/[0-9a-f]{40}\.yaml$/],
    [value, /^values\/..\/[0-9a-f]{40}\.yaml$/],
  ] as const) {
    const [own, edits, ...more] = paths(one);
    assert.match(own!, kind);
    assert.is(edits, `tags/${one.slice(0, 2)}/${one}`);
    assert.equal(more, []);
    assert.is(git("cat-file", "-t", `${LOG}:${own}`), one === id ? "tree" : "blob");
    const commits = git("log", "--format=%s", LOG, "--", own!, edits!).split("\n");
    assert.is(commits.length, one === id ? 3 : 2);
  }
  assert.equal(paths(id, "-"), paths(id));
  assert.is(cli(dir, ["path"]).status, 2);
});

path("the path of an inline value is its job's segment", async () => {
  const { dir } = await sampleLog([{ argv: ["run"], echo: "inline" }]);
  const { result, id } = logged(dir)[0];
  assert.is(result, undefined);
  const log = recorded(dir);
  const [own] = ok(dir, ["path", log.jobs[0]!.id]).split("\n");
  assert.ok(own!.includes(id));
  const value = jsonLines(ok(dir, ["log", "--format", "json", log.jobs[0]!.id]))[0];
  assert.is(value.result, "inline");
});

path.run();
