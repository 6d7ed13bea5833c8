import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Beside the packages, which the bundles import. */
const PLACE = join(ROOT, "node_modules/.cache");

/** Test files as JavaScript that Node runs as it is. */
export interface Bundles {
  /** Where the bundle of a test file is. */
  of(file: string): string;
  /** The sources that they are made of, and what each imports. */
  readonly inputs: Metafile["inputs"];
}

/**
 * Bundles test files, each with all that it imports but the packages; what several import is one module of
 * them all. To compile it again for each file, as a loader would, takes longer than most tests. Stack traces
 * (with `--enable-source-maps`), names of functions and `import.meta` are as if the sources ran.
 * @param files relative to the root, as everywhere here
 */
export async function bundled(files: readonly string[]): Promise<Bundles> {
  mkdirSync(PLACE, { recursive: true });
  const outdir = mkdtempSync(join(PLACE, "redun-git-test-"));
  process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
  const { metafile } = await build({
    entryPoints: [...files],
    absWorkingDir: ROOT,
    outdir,
    outbase: ROOT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: true,
    keepNames: true,
    define: Object.fromEntries(
      PLACES.map((name) => [`import.meta.${name}`, `sources_own_${name}`]),
    ),
    plugins: [sourcesOwnPlaces],
    metafile: true,
    logLevel: "warning",
  });
  return { of: (file) => join(outdir, file.replace(/\.ts$/, ".mjs")), inputs: metafile.inputs };
}

const PLACES = ["url", "dirname", "filename"] as const;

/** Gives each source the constants that stand for its `import.meta`, in its first line. */
const sourcesOwnPlaces: Plugin = {
  name: "import.meta of the source",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!/\bimport\.meta\./.test(text)) return;
      const values = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      const constants = PLACES.map(
        (name) => `sources_own_${name} = ${JSON.stringify(values[name])}`,
      );
      return { contents: `const ${constants.join(", ")}; ${text}`, loader: "ts" };
    });
  },
};
