/** Our own reader and the independent one in Python answer each case as docs/conformance.md asks for. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines } from "../support/cli.ts";
import { temporaryFolder } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { CASES, type Case } from "./cases.ts";
import { serve } from "./serve.ts";

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PYTHON = fileURLToPath(new URL("../format/reader.py", import.meta.url));

const READERS: Record<string, (dir: string) => Answer> = {
  "redun-git": (dir) => cli(dir, ["log", "--format", "json"]),
  python: (dir) =>
    spawnSync("python3", ["-B", PYTHON, dir], { encoding: "utf8", timeout: 120_000 }),
};
const hasPython = spawnSync("python3", ["-c", "import yaml"]).status === 0;

for (const [name, read] of Object.entries(READERS)) {
  const all = suite(`conformance of ${name}`);
  const missing = name === "python" && !hasPython ? "no python3 with yaml" : null;
  const test = unless(missing, all);
  for (const one of CASES) {
    test(`${one.kind}: ${one.name}`, () => {
      const { dir, remove } = temporaryFolder();
      serve(dir, one);
      judge(read(dir), one);
      remove();
    });
  }
  all.run();
}

/** The rules of docs/conformance.md. */
function judge({ status, stdout, stderr }: Answer, { kind, executions, planted }: Case): void {
  assert.ok(status !== null, `it came to no end: ${stderr.slice(0, 500)}`);
  for (const text of planted) assert.not.ok(stdout.includes(text), `it believes ${text}`);
  assert.not.match(stdout, CONTROL);
  assert.not.match(stderr, CONTROL);
  if (kind === "hostile" && status !== 0) {
    assert.match(stderr, /\S/, "it does not say why it refuses");
    return;
  }
  assert.is(status, 0, stderr.slice(0, 500));
  const ids = jsonLines(stdout).map(({ id }: { id: string }) => id);
  assert.equal(ids.sort(), [...executions].sort());
}

/** All but line feeds and tabs. */
const CONTROL = /[\0-\x08\x0b-\x1f\x7f\x80-\x9f]/;
