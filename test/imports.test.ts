/** Data flows one way: no file imports one that imports it, directly or through others. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The files that each file imports when it is loaded, or for its types. */
function importsOf(folders: readonly string[]): Map<string, string[]> {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => join(ROOT, folder, path)),
  );
  return new Map(paths.map((path) => [path, importedBy(path, readFileSync(path, "utf8"))]));
}

function importedBy(path: string, source: string): string[] {
  const found = source.matchAll(/^(?:import|export)\b[^;]*? from "(\.[^"]+)";$/gms);
  return [...found].map(([, name]) => resolve(dirname(path), name!));
}

/** The first way that leads from a file back to it, if there is one. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of imports.get(path) ?? []) {
      const circle = visit(next, [...way, path]);
      if (circle.length > 0) return circle;
    }
    done.add(path);
    return [];
  };
  for (const path of imports.keys()) {
    const circle = visit(path, []);
    if (circle.length > 0) return circle.map((file) => relative(ROOT, file));
  }
  return [];
}

const imports = suite("imports");

imports("no file imports itself through others, not even for types", () => {
  const all = importsOf(["src", "cli"]);
  assert.ok([...all.values()].flat().length > 1000);
  assert.equal(circleIn(all), []);
});

imports("a circle is found", () => {
  const circle = new Map([
    ["a", ["b"]],
    ["b", ["d", "c"]],
    ["c", ["b"]],
  ]);
  assert.equal(
    circleIn(circle).map((path) => path.at(-1)),
    ["b", "c", "b"],
  );
});

imports("src never imports from cli", () => {
  const upwards = [...importsOf(["src"])].flatMap(([path, files]) =>
    files.filter((file) => file.startsWith(join(ROOT, "cli"))).map((file) => [path, file]),
  );
  assert.equal(upwards, []);
});

/** The files of a folder that read or change what is the process's own. */
function knowingTheProcess(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return files
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith(".ts"))
    .filter((path) =>
      /\bprocess\.(?:env|argv|cwd|chdir|std\w+|exit\w*|on|once|off)\b/.test(
        readFileSync(join(ROOT, path), "utf8").replace(/^\s*(?:\*|\/[/*]).*$/gm, ""),
      ),
    )
    .sort();
}

imports("only the files that processes begin with, and `run`, know of the process", () => {
  const OWN =
    /^cli\/(bin|built-file|process-(io|terminal)|interrupts|run\/.*|commands\/(run|exec))\.ts$/;
  assert.equal(
    knowingTheProcess("cli").filter((path) => !OWN.test(path)),
    [],
  );
});

imports(
  "src knows of the process where a program calls it, and where it runs or starts programs",
  () => {
    const DOORS = [
      // Below these, a repository has the environment that it was found in.
      /^src\/(git\/files\/repository|provenance\/indexed-log|start-folder)\.ts$/,
      // A run is part of the process: it records its words, hears how it ends, and loads code into it.
      /^src\/(engine|executors|cluster)\/[^/]+\.ts$/,
      /^src\/script\/(known-scripts|typescript)\.ts$/,
      // A workflow may change directory and environment, and its programs and files follow.
      /^src\/(exec\/run-(program|script)|value\/file-path|bucket\/element)\.ts$/,
      // `ps`, our own program's name, a setting asked by the path of a directory alone, a process of ours.
      /^src\/(git\/files\/(process-state|sharing)|exec\/usage|sql\/process|kubernetes\/kubeconfig)\.ts$/,
    ];
    assert.equal(
      knowingTheProcess("src").filter((path) => !DOORS.some((door) => door.test(path))),
      [],
    );
  },
);

imports.run();
