import { readFileSync, realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import type { GitBackend, WorkTreeFile } from "../git/backend.ts";
import type { Code, CodeFile } from "../record/records.ts";
import { blobId } from "../value/oid.ts";

/** A file that was loaded as a module, with the bytes that it had then. */
export interface ModuleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** More than a reader would look at; of so many one is enough to know that the run is not clean. */
const MOST_FILES = 1000;

/** The modules that a run has loaded, compared with the commit. */
export class LoadedModules {
  readonly #backend: GitBackend;
  readonly #loaded: () => readonly ModuleFile[];
  readonly #hasScript: boolean;
  /** What has been compared, by path: a module may be loaded again with another content. */
  readonly #compared = new Map<string, readonly Uint8Array[]>();
  #comparing: Promise<unknown> = Promise.resolve();

  /**
   * @param loaded by who loads the workflow, the script first
   * @param taskFile of the root task. A program that loads its workflows itself is known by this file
   * and by the one that Node was started with, where they are in the work tree.
   */
  constructor(
    backend: GitBackend,
    loaded: (() => readonly ModuleFile[]) | undefined,
    taskFile: string | null | undefined,
  ) {
    const known = () => filesOf([process.argv[1], taskFile]);
    this.#backend = backend;
    this.#loaded = loaded ?? known;
    this.#hasScript = loaded !== undefined;
  }

  /**
   * The state of the code, with the modules that have been loaded by now: dirty where the commit does
   * not hold one of them as it was, which `files` then names.
   */
  async addTo(code: Code): Promise<Code> {
    const files = await this.#unheld(code);
    if (files.length === 0) return code;
    return { ...code, dirty: true, files: files.slice(0, MOST_FILES) };
  }

  /** Those that were loaded since the last time and that the commit does not hold. Never throws. */
  async lateOnes(code: Code): Promise<readonly CodeFile[]> {
    const found = this.#comparing.then(() => this.#unheld(code)).catch(() => []);
    this.#comparing = found;
    return found;
  }

  async #unheld({ commit, dirty }: Code): Promise<CodeFile[]> {
    // Nothing is known of a commit that was named from outside, nor without a work tree.
    if (commit === undefined || dirty === undefined) return [];
    const isFirst = this.#compared.size === 0 && this.#hasScript;
    const loaded = this.#loaded();
    const script = isFirst ? loaded[0]?.path : undefined;
    const modules = loaded.filter((module) => this.#isNew(module));
    return modules.length === 0 ? [] : unheldFiles(this.#backend, commit, modules, script);
  }

  #isNew({ path, bytes }: ModuleFile): boolean {
    const known = this.#compared.get(path) ?? [];
    // A file that is read here may have been edited since it was loaded.
    if (known.includes(bytes) || (known.length > 0 && !this.#hasScript)) return false;
    this.#compared.set(path, [...known, bytes]);
    return true;
  }
}

/** The modules that a commit does not hold as they were. */
async function unheldFiles(
  backend: GitBackend,
  commit: string,
  modules: readonly ModuleFile[],
  script: string | undefined,
): Promise<CodeFile[]> {
  const { workTree } = backend.repository;
  if (workTree === null) return [];
  const inside: WorkTreeFile[] = [];
  const outside: WorkTreeFile[] = [];
  for (const { path, bytes } of modules) {
    const file = { path: relative(workTree, realPath(path)).replaceAll(sep, "/"), bytes };
    const isInside = !/^\.\.(?:\/|$)/.test(file.path) && !/^(?:\/|[A-Za-z]:)/.test(file.path);
    // Of other folders come dependencies, such as linked packages. The script is none.
    if (isInside) inside.push(file);
    else if (path === script) outside.push(file);
  }
  const unheld = await backend.filesUnlike(commit, inside);
  const { objectFormat } = backend.repository;
  const others = outside.map(({ path, bytes }) => ({ path, oid: blobId(bytes, objectFormat) }));
  return [...unheld, ...others]
    .map(({ path, oid }) => ({ path, blob: oid }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Files as they are now; dependencies, and what is not a file, left out. */
function filesOf(paths: readonly (string | null | undefined)[]): ModuleFile[] {
  const real = new Set(paths.flatMap((path) => (path ? [realPath(path)] : [])));
  return [...real].flatMap((path) => {
    if (/[\\/]node_modules[\\/]/.test(path)) return [];
    try {
      return [{ path, bytes: readFileSync(path) }];
    } catch {
      return [];
    }
  });
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
