/** Nothing in the pages leads nowhere: links, also those of the installed package, and the paths and names in backticks. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { minimatch } from "minimatch";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const tracked = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" })
  .split("\n")
  .filter(Boolean);

/** The relative links of a page, as paths from the top, with the heading that they point to. */
function linksOf(page: string): [path: string, heading: string | undefined][] {
  const targets = [...read(page).matchAll(/\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)/g)];
  return targets.map(([, path, heading]) => [
    path === "" ? page : normalize(join(dirname(page), path!)),
    heading,
  ]);
}

/** The anchors that a forge makes of a page's headings. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of read(page).matchAll(/^#+ (.+)$/gm)) {
    const slug = heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

const pages = suite("pages");

pages("every link leads to a file, and to a heading of it", () => {
  const links = tracked
    .filter((path) => path.endsWith(".md"))
    .flatMap((page) => linksOf(page).map((link) => [page, ...link] as const));
  assert.ok(links.length > 100);
  const dead = links.filter(
    ([, path, heading]) =>
      !existsSync(join(ROOT, path)) || (heading !== undefined && !anchorsOf(path).has(heading)),
  );
  assert.equal(dead, []);
});

pages("every link of a page in the package leads to a file of the package", () => {
  const { files } = JSON.parse(read("package.json")) as { files: string[] };
  // npm adds these by itself.
  const packed = [...files, "README.md", "LICENSE", "package.json"];
  const isPacked = (path: string) =>
    packed.some((entry) => path === entry || path.startsWith(`${entry}/`));
  const shipped = tracked.filter((path) => path.endsWith(".md") && isPacked(path));
  assert.ok(shipped.includes("docs/tags.md") && shipped.includes("README.md"));
  const dead = shipped.flatMap((page) =>
    linksOf(page).filter(([path]) => !isPacked(path) && !packed.some((p) => p.startsWith(path))),
  );
  assert.equal(dead, []);
});

const WITH_PATHS = ["docs/architecture.md", "CONTRIBUTING.md", "SECURITY.md"];

/** What stands in backticks outside of code blocks. */
function wordsIn(page: string): string[] {
  const prose = read(page).replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!);
}

for (const page of WITH_PATHS) {
  pages(`${page}: every path in backticks exists`, () => {
    const rooms = new Set(tracked.map((path) => path.split("/")[0]));
    const paths = wordsIn(page).filter(
      (word) =>
        /^[\w./*<>-]+$/.test(word) &&
        (word.includes("/") ? rooms.has(word.split("/")[0]) : /\.(ts|json|md|yaml)$/.test(word)),
    );
    assert.ok(paths.length > 0);
    // A bare name such as `where.ts` is that of a file in the room that the sentence is about.
    const names = new Set(tracked.map((path) => basename(path)));
    const missing = paths.filter((path) => {
      if (names.has(path)) return false;
      const pattern = path.replace(/<[^>]+>/g, "*").replace(/\/$/, "");
      return !tracked.some((file) => minimatch(file, `${pattern}{,/**}`, { dot: true }));
    });
    assert.equal(missing, []);
  });
}

pages("docs/architecture.md: every name in backticks is one of the code", () => {
  const sources = tracked.filter((path) => /^(src|cli)\/.*\.ts$/.test(path)).map(read);
  const code = sources.join("\n");
  const names = wordsIn("docs/architecture.md").filter((word) =>
    /^[A-Za-z]*[a-z][A-Z]\w*(\.\w+)?(\(\))?$|^[A-Z][a-z]+$/.test(word),
  );
  assert.ok(names.length > 15);
  const unknown = names.filter((name) =>
    name
      .replace("()", "")
      .split(".")
      .some((part) => !new RegExp(`\\b${part}\\b`).test(code)),
  );
  assert.equal(unknown, []);
});

pages.run();
