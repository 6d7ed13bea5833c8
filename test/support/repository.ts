/**
 * Real git repositories in temporary folders, shut off from the configuration of whoever runs
 * the tests. Importing this file gives the whole test process (and the children that it starts)
 * an empty home folder with a known identity, and no GIT_* variables.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface TemporaryRepositoryOptions {
  readonly objectFormat?: "sha1" | "sha256";
  readonly bare?: boolean;
  /** Begins with one commit of one file, `README`. Not for a bare repository. */
  readonly commit?: boolean;
}

export interface TemporaryRepository {
  /** The work tree, or the git directory of a bare repository. */
  readonly dir: string;
  /**
   * Runs git in `dir`. Returns what it printed without the last line feed, as `$(...)` does.
   * @throws Error with git's own message when it exits with another status than 0
   */
  git(...args: string[]): string;
  remove(): void;
}

/** An empty folder that is removed with `remove` or, at the latest, when the process ends. */
export function temporaryFolder(): { dir: string; remove(): void } {
  // The real path, because git prints real paths (macOS links /tmp to /private/tmp).
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "redun-git-test-"));
  folders.add(dir);
  return {
    dir,
    remove() {
      rmSync(dir, { recursive: true, force: true });
      folders.delete(dir);
    },
  };
}

/** A new repository on the branch `main`, with the identity `Test User <test@example.com>`. */
export function temporaryRepository(options: TemporaryRepositoryOptions = {}): TemporaryRepository {
  const key = JSON.stringify([options.objectFormat, options.bare, options.commit]);
  const copy = begun.get(key) ?? prepared(() => beginRepository(options));
  begun.set(key, copy);
  return copy();
}

const begun = new Map<string, () => TemporaryRepository>();

/** Makes a repository once, and gives a copy of it each time: git and Node take longer to start. */
export function prepared(make: () => TemporaryRepository): () => TemporaryRepository {
  let original: TemporaryRepository | undefined;
  return () => {
    original ??= make();
    const { dir, remove } = temporaryFolder();
    cpSync(original.dir, dir, { recursive: true });
    return { dir, git: (...args) => runGit(dir, args), remove };
  };
}

function beginRepository(options: TemporaryRepositoryOptions): TemporaryRepository {
  const { dir, remove } = temporaryFolder();
  const git = (...args: string[]) => runGit(dir, args);
  const format = options.objectFormat ? [`--object-format=${options.objectFormat}`] : [];
  // Without git's template of sample hooks, whose copying takes longer than all the rest.
  git("init", "-q", "-b", "main", "--template=", ...format, ...(options.bare ? ["--bare"] : []));
  const gitDir = options.bare ? dir : join(dir, ".git");
  for (const folder of ["hooks", "info"]) mkdirSync(join(gitDir, folder));
  if (options.commit) {
    writeFileSync(join(dir, "README"), "a repository for a test\n");
    git("add", "README");
    git("commit", "-q", "-m", "begin");
  }
  return { dir, git, remove };
}

/** Writes files by their paths below `dir`, and makes their folders. */
export function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

/** Runs git in any folder, in the test's environment. See `TemporaryRepository.git`. */
export function runGit(cwd: string, args: readonly string[]): string {
  const options = { cwd, encoding: "utf8", maxBuffer: 1 << 28, stdio: "pipe" } as const;
  return execFileSync("git", args, options).replace(/\n$/, "");
}

/** No test asks whether git's own writes outlive a power cut, or whether git tidies up by itself. */
const SETTINGS = `[user]
	name = Test User
	email = test@example.com
[init]
	defaultBranch = main
[core]
	fsync = none
[gc]
	auto = 0
[maintenance]
	auto = false
`;

const folders = new Set<string>();
process.once("exit", () => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});
isolate();

function isolate(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("GIT_") || name === "EMAIL" || name === "XDG_CONFIG_HOME") {
      delete process.env[name];
    }
  }
  const home = temporaryFolder().dir;
  process.env.HOME = home;
  process.env.GIT_CONFIG_NOSYSTEM = "1";
  writeFileSync(join(home, ".gitconfig"), SETTINGS);
}
