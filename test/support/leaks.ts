/** Looks for secrets in all of a repository, in whatever form. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";

/** Every file below .git, and every object of it, that has a form of a secret. */
export function leaks(dir: string, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap(formsOf);
  const found: string[] = [];
  const look = (what: string, bytes: Buffer) => {
    if (forms.some((form) => bytes.includes(form))) found.push(what);
  };
  for (const entry of readdirSync(join(dir, ".git"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = readFileSync(path);
    look(path, bytes);
    for (const unpack of [inflateSync, gunzipSync]) {
      try {
        look(`${path} unpacked`, unpack(bytes));
      } catch {}
    }
  }
  const git = (args: string[], input?: string) =>
    execFileSync("git", args, { cwd: dir, input, maxBuffer: 1 << 28 });
  const all = git(["cat-file", "--batch-all-objects", "--batch-check"]).toString();
  look("objects", git(["cat-file", "--batch"], all.replace(/ .*$/gm, "")));
  return found;
}

/** As it is, in JSON, in an address; each in UTF-8, in UTF-16 and in base64. */
function formsOf(secret: string): Buffer[] {
  const texts = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, "utf16le"),
    Buffer.from(
      Buffer.from(text)
        .toString("base64")
        .replace(/.{0,3}=*$/, ""),
    ),
  ]);
}
