/** Packages of one repository that need other settings than the script's. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, workflowRepository } from "../support/cli.ts";

const SCRIPT = `import { task } from "redun-git";
import { x } from "../b/src/x.tsx";
import { y } from "../c/y.ts";
export const main = task(() => [x, y]);
`;
const PLAIN = { "package.json": '{ "type": "module" }', "packages/a/w.ts": SCRIPT };
const files = (a: string, b: string, x = "export const x = 1;\n") => ({
  ...PLAIN,
  "packages/a/tsconfig.json": a,
  "packages/b/tsconfig.json": b,
  "packages/b/src/x.tsx": x,
  "packages/c/y.ts": "export const y = 2;\n",
});
const tsconfigs = suite("tsconfig.json of another package");

for (const [what, a, b, settings] of [
  ["of which nothing matters", '{ "compilerOptions": { "strict": true } }', "{}", null],
  ["that cannot be read", "{}", "{ no", null],
  [
    "with decorators, as the script's has them",
    '{ "compilerOptions": { "experimentalDecorators": true } }',
    '{ "compilerOptions": { "experimentalDecorators": true } }',
    null,
  ],
  [
    "with decorators, which the script's has not",
    "{}",
    '{ "compilerOptions": { "experimentalDecorators": true } }',
    "experimentalDecorators",
  ],
  [
    "with comments, commas and a base",
    "{}",
    '{ // A comment, "jsx": ...\n "extends": ["./base"], "compilerOptions": { "jsx": "react-jsx", }, }',
    "jsxImportSource, paths, jsx",
  ],
] as const) {
  tsconfigs(what, () => {
    const { dir } = workflowRepository({
      ...files(a, b),
      "packages/b/base.json":
        '{ "compilerOptions": { "jsxImportSource": "own", "paths": { "@/*": ["./src/*"] } } }',
    });
    const { status, stderr } = cli(dir, ["run", "-q", "packages/a/w.ts", "main"]);
    assert.is(status, 0, stderr);
    const [, named] =
      /^warning: .*x\.tsx is compiled without .*tsconfig\.json \((.*)\)/m.exec(stderr) ?? [];
    assert.is(named ?? null, settings, stderr);
    assert.not.match(stderr, /\(node:\d+\)/);
  });
}

tsconfigs(
  "is told of where its lack keeps the script from loading, and not where it was chosen",
  () => {
    const { dir } = workflowRepository(
      files(
        "{}",
        '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
        'export { x } from "@/z";\n',
      ),
    );
    const { status, stderr } = cli(dir, ["run", "packages/a/w.ts", "main"]);
    assert.is(status, 1);
    assert.match(stderr, /x\.tsx is compiled without .*\(paths\)/);
    assert.match(stderr, /SCRIPT_FAILED_TO_LOAD/);
    const env = { TSX_TSCONFIG_PATH: join(dir, "packages/b/tsconfig.json") };
    assert.not.match(
      cli(dir, ["run", "packages/a/w.ts", "main"], { env }).stderr,
      /is compiled without/,
    );
  },
);

tsconfigs(
  "has effect as far as the script's says the same, and for files that neither includes",
  () => {
    const jsx = '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" }, "include": ["src"] }';
    const made = 'const h = (name: string) => "made " + name;\nexport const x = <p />;\n';
    const { dir } = workflowRepository({
      ...files(jsx, jsx, made),
      "packages/a/w.ts": SCRIPT.replace("[x, y]", "String(x)"),
    });
    const { status, stdout, stderr } = cli(dir, ["run", "-q", "packages/a/w.ts", "main"]);
    assert.equal([status, stdout, stderr], [0, "made p\n", ""]);
  },
);

tsconfigs("a nested one with the same settings is no other", () => {
  const inner = '{ "extends": "../../tsconfig.json" }';
  const { dir } = workflowRepository({
    ...files(inner, inner),
    "packages/a/tsconfig.json": '{ "compilerOptions": { "jsx": "react" } }',
    "packages/a/inner/tsconfig.json": '{ "extends": "../tsconfig.json" }',
    "packages/a/inner/i.ts": "export const i = 3;\n",
    "packages/a/w.ts": `${SCRIPT}export { i } from "./inner/i.ts";\n`,
    "tsconfig.json": '{ "compilerOptions": { "strict": true } }',
  });
  const { status, stderr } = cli(dir, ["run", "-q", "packages/a/w.ts", "main"]);
  assert.is(status, 0, stderr);
  assert.is(stderr, "");
});

tsconfigs.run();
