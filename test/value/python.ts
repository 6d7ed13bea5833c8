import { spawnSync } from "node:child_process";
import { skipped } from "../support/skipped.ts";

/**
 * Runs a Python script over many inputs in one process: `answer(input)`, which the script must
 * define, is called for each, and what it throws becomes `{ error }`. Undefined, and counted as
 * skipped, where there is no python3 or one of the modules is missing.
 */
export function python(
  what: string,
  modules: readonly string[],
  script: string,
  inputs: readonly unknown[],
): unknown[] | undefined {
  const probe = spawnSync("python3", ["-c", modules.map((m) => `import ${m}`).join("\n")]);
  if (probe.status !== 0) {
    skipped(what, modules.length > 0 ? `no python3 with ${modules.join(", ")}` : "no python3");
    return undefined;
  }
  const result = spawnSync("python3", ["-c", `${HEAD}\n${script}\n${TAIL}`], {
    input: inputs.map((input) => `${JSON.stringify(input)}\n`).join(""),
    encoding: "utf8",
    maxBuffer: 1 << 29,
  });
  if (result.status !== 0) throw new Error(`python3 failed: ${result.stderr}`);
  const lines = result.stdout.trimEnd().split("\n");
  if (lines.length !== inputs.length) throw new Error(`python3 gave ${lines.length} answers`);
  return lines.map((line) => JSON.parse(line));
}

const HEAD = "import json, sys";
const TAIL = `
for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except Exception as error:
        result = {"error": str(error)}
    print(json.dumps(result))
`;
