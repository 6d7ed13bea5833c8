import { writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../../support/repository.ts";
import { append, type Contract, withEnvironment } from "./support.ts";

export function configContract(test: Contract): void {
  test("config reads single and multiple values, keys as git spells them", async (git, repo) => {
    repo.git("config", "redun.ref", "refs/heads/log");
    repo.git("config", "--add", "Some.Sub.Section.ManyValues", "one");
    repo.git("config", "--add", "Some.Sub.Section.ManyValues", "two words");
    const config = await git.config();
    assert.is(config.get("redun.ref"), "refs/heads/log");
    assert.is(config.get("REDUN.Ref"), "refs/heads/log");
    assert.equal(config.getAll("some.Sub.Section.manyvalues"), ["one", "two words"]);
    assert.is(config.get("some.Sub.Section.manyvalues"), "two words");
    assert.is(config.get("some.sub.section.manyvalues"), undefined);
    assert.is(config.get("no.such.key"), undefined);
    assert.equal(config.getAll("no.such.key"), []);
    assert.is(config.get("user.name"), "Test User", "from the global file");
  });

  test("config sees a change at once", async (git, repo) => {
    assert.is((await git.config()).get("redun.x"), undefined);
    repo.git("config", "redun.x", "1");
    assert.is((await git.config()).get("redun.x"), "1");
  });

  test("config unquotes values as git does", async (git, repo) => {
    const values = [
      'a "b" c',
      " padded ",
      "semi;colon # hash",
      "back\\slash",
      "tab\tline\nend",
      "",
    ];
    for (const [index, value] of values.entries()) repo.git("config", `q.v${index}`, value);
    const config = await git.config();
    assert.equal(
      values.map((_, index) => config.get(`q.v${index}`)),
      values,
    );
  });

  test("config follows includes and the environment", async (git, repo) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder.dir, "extra"), "[x]\n\tincluded = yes\n\tlate = included\n");
    writeFileSync(join(folder.dir, "never"), "[x]\n\tnever = yes\n");
    repo.git("config", "include.path", join(folder.dir, "extra"));
    repo.git("config", "x.late", "file");
    repo.git("config", `includeIf.gitdir:${repo.dir}/.path`, join(folder.dir, "extra"));
    repo.git("config", "includeIf.gitdir:/somewhere/else/.path", join(folder.dir, "never"));
    const set = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "X.Env", GIT_CONFIG_VALUE_0: "e=1" };
    await withEnvironment(
      set,
      async () => {
        const config = await git.config();
        assert.is(config.get("x.included"), "yes");
        assert.equal(config.getAll("x.late"), ["included", "file", "included"]);
        assert.is(config.get("x.never"), undefined);
        assert.is(config.get("x.env"), "e=1");
      },
      git.repository.env,
    );
    folder.remove();
  });

  test("identity from the configuration", async (git, repo) => {
    repo.git("config", "user.name", "Ünal  Öz.");
    repo.git("config", "committer.email", "bot@example.com");
    const { author, committer } = await git.identity();
    assert.match(author, /^Ünal {2}Öz <test@example\.com> \d{10} [+-]\d{4}$/);
    assert.match(committer, /^Ünal {2}Öz <bot@example\.com> \d{10} [+-]\d{4}$/);
    const seconds = Number(/> (\d+) /.exec(author)?.[1]);
    assert.ok(Math.abs(seconds - Date.now() / 1000) < 10);
  });

  test("identity from the environment, in the commit too", async (git) => {
    const set = {
      GIT_AUTHOR_NAME: "Ada <script>",
      GIT_AUTHOR_EMAIL: "ada@example.com",
      GIT_AUTHOR_DATE: "@1700000000 +0530",
      GIT_COMMITTER_NAME: "Bob",
      GIT_COMMITTER_DATE: "1700000001 -0800",
    };
    await withEnvironment(
      set,
      async () => {
        const { author, committer } = await git.identity();
        assert.is(author, "Ada script <ada@example.com> 1700000000 +0530");
        assert.is(committer, "Bob <test@example.com> 1700000001 -0800");
        const info = await git.commit(await append(git, null, { a: "1" }));
        assert.is(info.author, author);
        assert.is(info.committer, committer);
      },
      git.repository.env,
    );
  });

  for (const [date, expected] of [
    ["2024-02-29T10:00:00Z", "1709200800 +0000"],
    ["2024-02-29T10:00:00+05:30", "1709181000 +0530"],
    ["2024-02-29 10:00:00 -0800", "1709229600 -0800"],
    ["Thu, 29 Feb 2024 10:00:00 +0100", "1709197200 +0100"],
  ] as const) {
    test(`identity with the date ${date}`, async (git) => {
      await withEnvironment(
        { GIT_AUTHOR_DATE: date },
        async () => {
          assert.is((await git.identity()).author, `Test User <test@example.com> ${expected}`);
        },
        git.repository.env,
      );
    });
  }

  test("identity where nothing is set names the user of the machine", async (git) => {
    const home = temporaryFolder();
    await withEnvironment(
      { HOME: home.dir },
      async () => {
        const { author, committer } = await git.identity();
        for (const line of [author, committer]) {
          assert.match(line, /^[^<>]+ <[^<>]+@[^<>]+> \d{10} [+-]\d{4}$/);
          assert.ok(line.includes(`<${userInfo().username}@`), line);
        }
        assert.ok(author.includes(hostname()), author);
        await append(git, null, { a: "1" });
      },
      git.repository.env,
    );
    home.remove();
  });
}
