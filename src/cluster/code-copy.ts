import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import type { ExecutorSettings } from "../engine/executor.ts";
import { RedunError } from "../errors.ts";
import type { Repository } from "../git/backend.ts";
import { gitOnPath } from "../git/files/git-program.ts";
import { findRepository } from "../git/files/repository.ts";
import { withWorkTreeState } from "../git/native/copy-work-tree.ts";
import { type LoadedFile, loadedFiles } from "../source/source-file.ts";
import { cannotWrite } from "./scratch.ts";

/**
 * The code of a run as its workers load it: a copy of the tracked files and of all that the run has loaded, named by
 * its content. So work can go on in the checkout while calls wait in a queue. Data files are read and
 * written in the checkout itself, and packages are taken from its `node_modules`.
 */
export class CodeCopy {
  readonly #folder: string;
  readonly #settings: ExecutorSettings;
  #made: Promise<string | null> | undefined;

  /** @param scratch the folder that it is made in */
  constructor(scratch: string, settings: ExecutorSettings) {
    this.#folder = join(scratch, "code");
    this.#settings = settings;
  }

  /**
   * Where the copy is; null where scripts are loaded from the checkout: without git, for a program that loads its
   * workflow itself, and if git config says so.
   * @throws RedunError BAD_CONFIG, EXECUTOR_FAILED, GIT_FAILED
   */
  folder(): Promise<string | null> {
    this.#made ??= this.#make();
    return this.#made;
  }

  async #make(): Promise<string | null> {
    const { name, root, get } = this.#settings;
    const how = get("code") ?? "copy";
    if (how !== "copy" && how !== "checkout") {
      throw new RedunError(
        "BAD_CONFIG",
        `git config redun.executor.${name}.code is "${how}".`,
        "It is copy, for a copy of the code in the scratch folder, or checkout, where workers load what is there by then.",
      );
    }
    const loaded = root === null ? [] : filesBelow(root, loadedFiles());
    const cannot = how === "checkout" || loaded.length === 0 || gitOnPath(process.env) === null;
    if (cannot) return null;
    try {
      return await this.#copy(findRepository(root!), root!, loaded);
    } catch (error) {
      if (error instanceof RedunError) throw error;
      throw cannotWrite(this.#folder, error);
    }
  }

  async #copy(
    repository: Repository,
    root: string,
    loaded: readonly LoadedFile[],
  ): Promise<string> {
    const untracked = loaded.map(({ path }) => path).filter((path) => existsSync(join(root, path)));
    return withWorkTreeState(repository, untracked, async ({ tree, writeTo }) => {
      // Edited since they were loaded.
      const changed = loaded.filter(({ path, bytes }) => !isSame(join(root, path), bytes));
      const folder = join(this.#folder, nameOf(tree, changed));
      if (existsSync(folder)) {
        utimesSync(folder, new Date(), new Date());
        return folder;
      }
      const aside = join(this.#folder, `.${randomBytes(6).toString("hex")}`);
      try {
        mkdirSync(aside, { recursive: true });
        await writeTo(aside);
        for (const { path, bytes } of changed) {
          mkdirSync(dirname(join(aside, path)), { recursive: true });
          writeFileSync(join(aside, path), bytes);
        }
        linkPackages(aside, root, loaded);
        moveInto(aside, folder);
        return folder;
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
    });
  }
}

/** Those below the work tree, by their paths from its top. */
function filesBelow(root: string, files: readonly LoadedFile[]): LoadedFile[] {
  const latest = new Map(files.map(({ path, bytes }) => [relative(root, path), bytes]));
  return [...latest]
    .filter(([path]) => !isAbsolute(path) && path.split(sep)[0] !== "..")
    .map(([path, bytes]) => ({ path, bytes }));
}

function isSame(path: string, bytes: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(bytes);
  } catch {
    return false;
  }
}

function nameOf(tree: string, changed: readonly LoadedFile[]): string {
  if (changed.length === 0) return tree;
  const hash = createHash("sha256").update(tree);
  for (const { path, bytes } of changed) hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
  return `${tree}-${hash.digest("hex").slice(0, 16)}`;
}

/** In each folder from which one was loaded, and those above, up to the top of the work tree. */
function linkPackages(to: string, root: string, loaded: readonly LoadedFile[]): void {
  const folders = new Set([""]);
  for (const { path } of loaded) {
    for (let at = dirname(path); at !== "."; at = dirname(at)) folders.add(at);
  }
  for (const folder of folders) {
    const packages = join(root, folder, "node_modules");
    const link = join(to, folder, "node_modules");
    if (existsSync(packages) && !existsSync(link)) symlinkSync(packages, link, "dir");
  }
}

/** Another run may have made the same one meanwhile. */
function moveInto(aside: string, folder: string): void {
  try {
    renameSync(aside, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
