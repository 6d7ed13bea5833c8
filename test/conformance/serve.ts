/**
 * Makes a repository for each case, whose log is `refs/redun/main`. As a program it makes them all, and lists them in
 * `cases.json`: `npx tsx test/conformance/serve.ts FOLDER`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CASES, type Case } from "./cases.ts";

/** Makes the repository of a case in an empty folder. */
export function serve(dir: string, { entries }: Case): void {
  const git = (args: string[], input?: string | Buffer) =>
    execFileSync("git", args, { cwd: dir, input }).toString().trim();
  git(["init", "-q"]);
  const lines = [
    "commit refs/redun/main",
    "committer Eve <eve@example.com> 1700000000 +0000",
    "data 0",
    ...entries.map(({ path, content, mode = "100644" }) => {
      const oid =
        mode === "160000" ? content : git(["hash-object", "-w", "--stdin"], Buffer.from(content));
      return `M ${mode} ${oid} ${path}`;
    }),
  ];
  git(["fast-import", "--quiet", "--done"], `${lines.join("\n")}\n\ndone\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("Give the folder that the repositories are to be in.");
  const cases = CASES.map((one, at) => {
    const dir = join(folder, String(at + 1).padStart(2, "0"));
    mkdirSync(dir, { recursive: true });
    serve(dir, one);
    const { name, section, kind, executions, planted } = one;
    return { dir, name, section, kind, executions, planted };
  });
  writeFileSync(join(folder, "cases.json"), `${JSON.stringify(cases, null, 2)}\n`);
}
