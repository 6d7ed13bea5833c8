/** Programs in Python that tests check our files with. Where a module is not installed, its tests are skipped. */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";

/** The Python of `REDUN_TEST_PYTHON`, as .ci/install makes one, or the machine's own. */
const PYTHON = process.env.REDUN_TEST_PYTHON || "python3";

interface Python {
  /** Why there is no such Python; null where there is. */
  readonly missing: string | null;
  /** Runs a program in a folder, which must succeed: what it prints, without the last line's end. */
  run(dir: string, program: string, env?: Readonly<Record<string, string>>): string;
}

/** A Python that has a module. */
export function pythonWith(module: string): Python {
  const { status } = spawnSync(PYTHON, ["-c", `import ${module}`]);
  return {
    missing: status === 0 ? null : `Python has no ${module}`,
    run(dir, program, env = {}) {
      const path = join(dir, ".check.py");
      writeFileSync(path, program);
      const { status, stdout, stderr } = spawnSync(PYTHON, [path], {
        cwd: dir,
        encoding: "utf8",
        env: { ...process.env, ...env },
      });
      rmSync(path);
      assert.is(status, 0, stderr);
      return stdout.trimEnd();
    },
  };
}
