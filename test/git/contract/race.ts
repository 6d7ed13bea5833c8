import { spawn } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryRepository } from "../../support/repository.ts";
import { APPEND_PROGRAM } from "./append-program.ts";
import { assertSound, REF } from "./support.ts";

type Name = "native" | "isomorphic";

const APPENDS = 20;

/** Processes that append to one ref at the same time: every append is in its history. */
export function raceContract(names: readonly Name[]): void {
  const race = suite("git backends racing");
  race(`${names.join(" against ")} loses nothing`, async () => {
    const repo = temporaryRepository();
    await Promise.all(names.map((name, index) => appendMany(name, repo.dir, `${name}-${index}`)));
    const total = APPENDS * names.length;
    assert.is(repo.git("rev-list", "--count", "--first-parent", REF), String(total));
    assert.is(repo.git("ls-tree", "-r", "--name-only", REF).split("\n").length, total);
    assertSound(repo);
    repo.remove();
  });
  race.run();
}

async function appendMany(name: Name, dir: string, label: string): Promise<void> {
  const args = [APPEND_PROGRAM, name, dir, REF, label, String(APPENDS)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said += chunk;
    });
  }
  const status = await new Promise((done) => child.once("close", done));
  assert.is(status, 0, `${label}: ${said}`);
}
