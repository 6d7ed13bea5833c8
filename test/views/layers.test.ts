import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = new URL("../../", import.meta.url);

/** The modules of ours that a directory's files import, by file. */
function imports(directory: string): { file: string; imported: string }[] {
  return readdirSync(new URL(directory, root))
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const url = new URL(`${directory}/${name}`, root);
      const found = readFileSync(url, "utf8").matchAll(/\b(?:from|import\() ?"(\.[^"]+)"/g);
      return [...found].map(([, path]) => ({
        file: `${directory}/${name}`,
        imported: fileURLToPath(new URL(path!, url)).slice(fileURLToPath(root).length),
      }));
    });
}

test("views know nothing of the command line, nor of running workflows", () => {
  const all = imports("src/views");
  assert.ok(all.length > 50);
  const wrong = all.filter(({ imported }) => /^(cli|src\/(engine|script|source))\//.test(imported));
  assert.equal(wrong, []);
});

test.run();
