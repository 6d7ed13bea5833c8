import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

/** A copy of what is built, installed in a project. */
interface Installed {
  readonly modules: string;
  readonly cache: string;
}

const built = suite<Installed>("built files");
const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

built.before.each((context) => {
  const modules = join(mkdtempSync(join(tmpdir(), "redun-git-test-")), "node_modules");
  mkdirSync(join(modules, "redun-git/dist"), { recursive: true });
  for (const name of ["cli.cjs", "main.cjs"]) {
    cpSync(join(DIST, name), join(modules, "redun-git/dist", name));
  }
  Object.assign(context, { modules, cache: join(modules, ".cache/redun-git") });
});

built.after.each(({ modules }) => rmSync(join(modules, ".."), { recursive: true }));

function version({ modules }: Installed, options: readonly string[] = []): string {
  const file = join(modules, "redun-git/dist/cli.cjs");
  const { NODE_OPTIONS: _, ...env } = process.env;
  const ended = spawnSync(process.execPath, [...options, file, "--version"], {
    encoding: "utf8",
    env,
  });
  assert.equal([ended.status, ended.signal, ended.stderr], [0, null, ""]);
  return ended.stdout.split(" ")[0]!;
}

/** The one file that is kept. */
function kept({ cache }: Installed): string {
  const names = readdirSync(cache);
  assert.is(names.length, 1);
  return join(cache, names[0]!);
}

built("what V8 made of a file is kept beside the package, for the next time", (installed) => {
  const first = version(installed);
  const bytes = readFileSync(kept(installed));
  assert.is(version(installed), first);
  // Had it been refused, it would have been made again, with the functions of another order.
  assert.equal(readFileSync(kept(installed)), bytes);
});

built("a file of another build is not taken for one of the same length", (installed) => {
  const first = version(installed);
  const other = first.replaceAll(/\d/g, "7");
  const file = join(installed.modules, "redun-git/dist/main.cjs");
  const text = readFileSync(file, "utf8").replaceAll(first.split("/")[1]!, other.split("/")[1]!);
  writeFileSync(file, text.replace(/[0-9a-f]{40}$/, "0".repeat(40)));
  assert.is(version(installed), other);
  assert.is(version(installed), other);
});

built("what is damaged is not given to V8, which would crash, and is made again", (installed) => {
  const first = version(installed);
  const file = kept(installed);
  for (const at of [10, 100, 10_000]) {
    const bytes = readFileSync(file);
    bytes.fill(0, at, at + 400);
    writeFileSync(file, bytes);
    assert.is(version(installed), first);
    assert.not.equal(readFileSync(file), bytes);
  }
  writeFileSync(file, "");
  assert.is(version(installed), first);
});

built("where nothing can be kept, all goes on", (installed) => {
  writeFileSync(join(installed.modules, ".cache"), "a file");
  assert.match(version(installed), /^redun-git\//);
});

built("under options of Node, by which V8 compiles otherwise, nothing is kept", (installed) => {
  assert.match(version(installed, ["--no-opt"]), /^redun-git\//);
  assert.throws(() => readdirSync(installed.cache), /ENOENT/);
  version(installed);
  const bytes = readFileSync(kept(installed));
  version(installed, ["--no-opt"]);
  assert.equal(readFileSync(kept(installed)), bytes);
});

built.run();
