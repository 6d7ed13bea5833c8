/** docs/review.md is one session of Bob's and Ada's: it is typed again, and says the same. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLI, ok } from "../support/cli.ts";
import { clone, closeClones } from "../support/clone.ts";
import { temporaryRepository } from "../support/repository.ts";

const text = readFileSync(new URL("../../docs/review.md", import.meta.url), "utf8");
/** The run that the page is about. */
const RUN = "0e06f704";

const page = suite("docs/review.md");

page("its commands print what it shows", async () => {
  const bare = temporaryRepository({ bare: true });
  const [ada, bob] = [clone(bare.dir, "ada"), clone(bare.dir, "bob")];
  const id = await ada.run("one");
  ok(ada.dir, ["tag", "add", id, "env=dev"]);
  ok(ada.dir, ["push"]);
  ok(bob.dir, ["pull"]);
  const type = (dir: string, command: string) => {
    const words = command.replaceAll(RUN, id.slice(0, 8));
    const script = words.replace(/^redun-git /, `'${process.execPath}' '${CLI}' `);
    return execFileSync("sh", ["-c", script], { cwd: dir, encoding: "utf8", stdio: "pipe" });
  };
  const [bobs, adas] = text.split("Bob pushes the branch");
  for (const { command, shown } of commandsOf(bobs!)) {
    const said = type(bob.dir, command);
    if (shown.startsWith("...\n")) assert.ok(masked(said).includes(masked(shown.slice(4))), said);
    else assert.is(masked(said), masked(shown), command);
  }
  type(bob.dir, /^ +Push them: +(.*)$/m.exec(bobs!)![1]!);
  for (const { command, shown } of commandsOf(adas!)) {
    const said = type(ada.dir, command);
    if (shown !== "") assert.is(masked(said), masked(shown), command);
  }
});

page.after(closeClones);
page.run();

/** What is typed behind a prompt, and what stands below it. */
function commandsOf(part: string): { command: string; shown: string }[] {
  const blocks = part.split(/\n(?! {4}|\n)/).flatMap((block) => block.split(/^ {4}\$ /m).slice(1));
  return blocks.map((block) => {
    const [command, ...shown] = block.trimEnd().split("\n");
    return { command: command!, shown: shown.map((line) => `${line.slice(4)}\n`).join("") };
  });
}

/** Ids differ from session to session. */
function masked(said: string): string {
  return said.replace(/\b[0-9a-f]{8,40}\b/g, (id) => "0".repeat(id.length));
}
