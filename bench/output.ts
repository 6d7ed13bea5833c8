import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, timePair } from "./pairs.ts";
import type { Row } from "./table.ts";

const CLI = fileURLToPath(new URL("../dist/cli.cjs", import.meta.url));
const BYTES = 300_000_000;

/** What a program prints passes through `exec`: a second pipe, beside the one that is there anyway. */
export function output(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
  try {
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    const piped = (before: string): Command => [
      "sh",
      "-c",
      `${before} head -c ${BYTES} /dev/zero | cat > /dev/null`,
    ];
    const exec = `'${process.execPath}' '${CLI}' exec -q --`;
    return [
      {
        work: "`exec` of a program that prints 300 MB into a pipe",
        beside: "without `exec`",
        goal: 5,
        ...timePair(piped(exec), piped(""), folder, 5),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
