import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = new URL("../../", import.meta.url);

/** The modules of ours that a directory's files import, by file; some only types of them. */
function imports(directory: string): { file: string; imported: string; isType: boolean }[] {
  return readdirSync(new URL(directory, root))
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const url = new URL(`${directory}/${name}`, root);
      const found = readFileSync(url, "utf8").matchAll(
        /^import (type )?[^;]*?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm,
      );
      return [...found].map(([, type, from, loaded]) => ({
        file: `${directory}/${name}`,
        isType: type !== undefined,
        imported: fileURLToPath(new URL((from ?? loaded)!, url)).slice(fileURLToPath(root).length),
      }));
    });
}

test("views know nothing of the command line, nor of running workflows", () => {
  const all = imports("src/views");
  assert.ok(all.length > 50);
  const wrong = all.filter(({ imported }) => /^(cli|src\/(engine|script|source))\//.test(imported));
  assert.equal(wrong, []);
});

test("pages only draw: of what reads a log they import no more than types", () => {
  const all = imports("cli/pages").filter(({ imported }) => imported.startsWith("src/"));
  assert.ok(all.length > 50);
  const reads = /^src\/(git|log|index|provenance|compare|share|engine|script|source)\//;
  assert.equal(
    all.filter(({ imported, isType }) => reads.test(imported) && !isType),
    [],
  );
});

test.run();
