/** A git that waits for questions is no work: it keeps neither a program nor a stuck run alive. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryRepository } from "../support/repository.ts";

const root = new URL("../../", import.meta.url);

const idle = suite("an idle git");

for (const [question, answer] of [
  ["sizes([oid])", "[24]"],
  ["readPath(commit, 'README')", "24"],
] as const) {
  idle(`ends with the program that asked ${question} and never closed it`, () => {
    const { dir, git } = temporaryRepository({ commit: true });
    const program = `
      import { openNative } from "./src/git/native/backend.ts";
      import { findRepository } from "./src/git/files/repository.ts";
      const git = openNative(findRepository(process.argv[1]));
      const oid = process.argv[2];
      const commit = process.argv[3];
      const answer = await git.${question};
      console.log(JSON.stringify(Array.isArray(answer) ? answer : answer.length));`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--import",
        "tsx",
        "--input-type=module",
        "-e",
        program,
        dir,
        git("rev-parse", "HEAD:README"),
        git("rev-parse", "HEAD"),
      ],
      { cwd: fileURLToPath(root), encoding: "utf8", timeout: 60_000 },
    );
    assert.is(status, 0, stderr);
    assert.is(stdout.trim(), answer);
  });
}

idle.run();
