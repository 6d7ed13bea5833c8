/** docs/sharing.md says what the code does: its commands exist, and run. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../cli/commands.ts";
import { pushLog } from "../../src/share/push.ts";
import { remoteLogFor } from "../../src/share/remotes.ts";
import { clone, closeClones } from "../support/clone.ts";
import { temporaryRepository } from "../support/repository.ts";

const text = readFileSync(new URL("../../docs/sharing.md", import.meta.url), "utf8");

const page = suite("docs/sharing.md");

page("its commands have these options", () => {
  const typed = [...text.matchAll(/(?:^ {4}|`)redun-git (\w+)([^`\n]*)/gm)];
  assert.ok(typed.length > 15);
  for (const [line, name, rest] of typed) {
    const command = COMMANDS.find((known) => known.name === name);
    assert.ok(command, line);
    for (const [option] of rest!.matchAll(/--[a-z-]+/g)) {
      assert.ok(
        command.options.some(({ flags }) => flags.split(/[ ,]+/).includes(option)),
        line,
      );
    }
  }
});

page("what a push would send is shown before the first one and after", async () => {
  const command = /^ {4}git rev-list[^\n]*\n[^\n]*/m.exec(text)?.[0];
  const ada = clone(temporaryRepository({ bare: true }).dir, "ada");
  const sizes = () => execFileSync("sh", ["-c", command!], { cwd: ada.dir, encoding: "utf8" });
  await ada.run("one");
  assert.match(sizes(), /^\d+ executions\/\d{4}\/.*\/execution\.yaml$/m);
  await pushLog(ada.log, remoteLogFor("origin", "refs/redun/main"));
  assert.is(sizes(), "");
});

page.after(closeClones);
page.run();
