/**
 * Which commits brought which files, for both backends.
 *
 * `git log --raw` has the same answer. It walks every path of every commit: a few folders that hold
 * one another many times, in any commit of a long history, keep it busy for days. Here folders are
 * compared one level at a time, all of one level together, and no more of them than a log can have.
 */
import type { AdditionsRequest, CommitFiles, Oid } from "./backend.ts";
import { MAX_ENTRIES, MAX_LEVELS, MAX_REPEATED, MAX_WAITING } from "./tree-walk.ts";

/** A commit of a history. `time` is its committer's, in seconds since 1970. */
export interface LoggedCommit {
  readonly oid: Oid;
  readonly parents: readonly Oid[];
  readonly time: number;
}

/** What stands at a path. Whatever is not a folder counts as a file. */
export interface Entry {
  readonly oid: Oid;
  readonly isFolder: boolean;
}

/** A folder as it was (null: there was none) and as it is. */
export interface FolderPair {
  readonly before: Oid | null;
  readonly after: Oid;
}

/** A name for which two folders have not the same, and which the later one has. */
export interface Difference {
  readonly name: string;
  readonly was: Entry | null;
  readonly is: Entry;
}

/** What is asked of a backend, of many at once; the answers come in the order of the questions. */
export interface HistoryReader {
  /** The commits in question, newest first; their parents may be others. */
  commits(): AsyncIterable<LoggedCommit>;
  entriesAt(commits: readonly Oid[], path: string): Promise<readonly (Entry | null)[]>;
  /**
   * One level. What cannot be read as a folder, or is larger than one may be, is an empty one. Once
   * the bytes of all that was asked for are more than `MAX_COMPARED`, the answers are null.
   */
  differences(pairs: readonly FolderPair[]): AsyncIterable<readonly Difference[] | null>;
}

type File = CommitFiles["files"][number];

/** See `GitBackend.additions`. `edge` holds the commits whose parents are not here. */
export async function* findAdditions(
  reader: HistoryReader,
  { paths, known = new Set() }: Pick<AdditionsRequest, "paths" | "known">,
  edge: ReadonlySet<Oid>,
): AsyncGenerator<CommitFiles> {
  const commits = new Map<Oid, LoggedCommit>();
  for await (const commit of reader.commits()) commits.set(commit.oid, commit);
  const found: Brought = { files: new Map(), untold: new Set() };
  for (const path of paths) await new Search(reader, path, commits, known, found).run();
  for (const { oid: commit, time } of commits.values()) {
    const isUntold = found.untold.has(commit);
    const files = isUntold ? undefined : found.files.get(commit);
    if (!files && !isUntold && !known.has(commit)) continue;
    yield {
      commit,
      time,
      ...(edge.has(commit) && { isAtEdge: true }),
      ...(isUntold && { isUntold }),
      files: files ?? [],
    };
  }
}

interface Brought {
  readonly files: Map<Oid, File[]>;
  /** Commits of which not all could be compared. */
  readonly untold: Set<Oid>;
}

/** A folder that a commit has and none of its parents has so. */
interface Folder {
  readonly commit: Oid;
  readonly path: string;
  readonly own: Oid;
  /** What the parents have in its place, each once. */
  readonly parents: readonly (Oid | null)[];
}

/** The search for what commits brought at and below one path. */
class Search {
  readonly #reader: HistoryReader;
  readonly #path: string;
  readonly #commits: ReadonlyMap<Oid, LoggedCommit>;
  readonly #known: ReadonlySet<Oid>;
  readonly #found: Brought;
  readonly #entries = new Map<Oid, Entry | null>();
  /** Differences of all folders. */
  #seen = 0;

  constructor(
    reader: HistoryReader,
    path: string,
    commits: ReadonlyMap<Oid, LoggedCommit>,
    known: ReadonlySet<Oid>,
    found: Brought,
  ) {
    this.#reader = reader;
    this.#path = path;
    this.#commits = commits;
    this.#known = known;
    this.#found = found;
  }

  async run(): Promise<void> {
    const candidates = await this.#candidates();
    await this.#learn(candidates.flatMap(({ oid, parents }) => [oid, ...parents]));
    let folders = candidates.flatMap((commit) => this.#topOf(commit));
    const repeats = new Repeats();
    for (let level = 0; folders.length > 0 && level <= MAX_LEVELS; level++) {
      folders = await this.#inside(folders, repeats);
    }
  }

  /** Commits that may have brought something, newest first. */
  async #candidates(): Promise<LoggedCommit[]> {
    const found = new Set<LoggedCommit>();
    let open: [line: readonly LoggedCommit[], newer: number, older: number][] = [];
    for (const line of linesOf(this.#commits)) {
      found.add(line.at(-1)!);
      open.push([line, 0, line.length - 1]);
    }
    // Most commits of a log bring nothing there: where both ends of a part of a line are alike
    // nothing came between them, since a log only grows.
    while (open.length > 0) {
      await this.#learn(open.flatMap(([line, ...ends]) => ends.map((at) => line[at]!.oid)));
      open = open.flatMap(([line, newer, older]) => {
        if (this.#oidAt(line[newer]!.oid) === this.#oidAt(line[older]!.oid)) return [];
        const middle = (newer + older) >>> 1;
        if (older - newer === 1) found.add(line[newer]!);
        return older - newer === 1
          ? []
          : [
              [line, newer, middle],
              [line, middle, older],
            ];
      });
    }
    return [...this.#commits.values()].filter(
      (commit) => found.has(commit) && !this.#known.has(commit.oid),
    );
  }

  async #learn(commits: readonly Oid[]): Promise<void> {
    const asked = [...new Set(commits)].filter((oid) => !this.#entries.has(oid));
    if (asked.length === 0) return;
    const entries = await this.#reader.entriesAt(asked, this.#path);
    for (const [at, oid] of asked.entries()) this.#entries.set(oid, entries[at] ?? null);
  }

  #oidAt(commit: Oid): Oid | undefined {
    return this.#entries.get(commit)?.oid;
  }

  #topOf({ oid: commit, parents }: LoggedCommit): Folder[] {
    const is = this.#entries.get(commit);
    if (!is) return [];
    const were = parents.map((parent) => this.#entries.get(parent) ?? null);
    if (were.some((was) => was?.oid === is.oid)) return [];
    return this.#take(commit, this.#path, is, were.length > 0 ? were : [null]);
  }

  /** What differs in folders: files are reported, folders are entered. */
  async #inside(all: readonly Folder[], repeats: Repeats): Promise<Folder[]> {
    const folders = all.filter((folder) => repeats.allow(folder));
    const found: Folder[] = [];
    const pairs = folders.flatMap(({ own, parents }) =>
      parents.map((before) => ({ before, after: own })),
    );
    let next = 0;
    let differences: (readonly Difference[])[] = [];
    for await (const one of this.#reader.differences(pairs)) {
      const folder = folders[next]!;
      if (one === null) this.#found.untold.add(folder.commit);
      differences.push(one ?? []);
      if (differences.length < folder.parents.length) continue;
      const inside = this.#compared(folder, differences);
      next++;
      differences = [];
      const isTooMany = found.length + inside.length > MAX_WAITING;
      if (!isTooMany && repeats.count(folder, inside.length)) found.push(...inside);
    }
    return found;
  }

  #compared(folder: Folder, differences: readonly (readonly Difference[])[]): Folder[] {
    const [first = [], ...others] = differences;
    this.#seen += differences.reduce((sum, { length }) => sum + length, 0);
    if (this.#seen > MAX_ENTRIES) return [];
    const byName = others.map((list) => new Map(list.map((one) => [one.name, one])));
    return first.flatMap(({ name, was, is }) => {
      const also = byName.map((names) => names.get(name));
      // What one of the parents has was not brought by this commit.
      if (also.includes(undefined)) return [];
      const were = [was, ...also.map((one) => one!.was)];
      return this.#take(folder.commit, `${folder.path}/${name}`, is, were);
    });
  }

  #take(commit: Oid, path: string, is: Entry, were: readonly (Entry | null)[]): Folder[] {
    if (is.isFolder) {
      const parents = new Set(were.map((was) => (was?.isFolder ? was.oid : null)));
      return [{ commit, path, own: is.oid, parents: [...parents] }];
    }
    if (were.some((was) => was && !was.isFolder)) return [];
    const files = this.#found.files.get(commit);
    if (files) files.push({ path, oid: is.oid });
    else this.#found.files.set(commit, [{ path, oid: is.oid }]);
    return [];
  }
}

/** Of a few folders in one commit that lead to any number, only so many are looked into again. */
class Repeats {
  /** Of the folders whose ids begin alike the last one. */
  readonly #last: string[] = [];
  readonly #again = new WeakSet<Folder>();
  #repeated = 0;

  get #isOver(): boolean {
    return this.#repeated > MAX_REPEATED;
  }

  /** Whether a folder is to be looked into. */
  allow(folder: Folder): boolean {
    const { commit, own, parents } = folder;
    const name = `${commit} ${own} ${parents}`;
    const slot = Number.parseInt(own.slice(0, 4), 16);
    const isKnown = this.#last[slot] === name;
    this.#last[slot] = name;
    if (isKnown) this.#again.add(folder);
    return !(isKnown && this.#isOver);
  }

  /** Whether the `count` folders in a folder are to be gone on with. */
  count(folder: Folder, count: number): boolean {
    if (this.#again.has(folder)) this.#repeated += count;
    return !this.#isOver;
  }
}

/** The commits in lines: of each but the last of a line, the next one is the only parent. */
function* linesOf(commits: ReadonlyMap<Oid, LoggedCommit>): Generator<LoggedCommit[]> {
  const seen = new Set<LoggedCommit>();
  for (const first of commits.values()) {
    const line: LoggedCommit[] = [];
    for (let commit = first as LoggedCommit | undefined; commit && !seen.has(commit); ) {
      seen.add(commit);
      line.push(commit);
      const [parent, ...others]: readonly Oid[] = commit.parents;
      commit = parent !== undefined && others.length === 0 ? commits.get(parent) : undefined;
    }
    if (line.length > 0) yield line;
  }
}
