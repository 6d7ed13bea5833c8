import type { GitBackend, GitConfig, Repository } from "../src/git/backend.ts";
import { loadConfig } from "../src/git/files/config.ts";
import { findRepository } from "../src/git/files/repository.ts";
import { deferredBackend } from "../src/git/open.ts";
import { Log } from "../src/log/log.ts";
import { chosenRef, type LogChoice } from "../src/log/ref.ts";
import { IndexedLog } from "../src/provenance/indexed-log.ts";
import type { Io } from "./io.ts";
import { tagLimit } from "./text/lines.ts";
import { write } from "./text/output.ts";
import { pagerOf } from "./text/pager.ts";
import { type ProgressBar, progressBar } from "./text/progress.ts";
import { type Paint, painter, visible } from "./text/terminal.ts";

/** What a command line says to every command. */
export interface Invocation {
  /** All of its words. */
  readonly argv: readonly string[];
  readonly choice: LogChoice;
  readonly noPager: boolean;
}

/**
 * What a command works with: its world, and the repository that it is called in, its config, its
 * log, and the indexes of its logs. Each is opened when it is first asked for, once, and `close`
 * closes all.
 */
export class Workspace {
  readonly io: Io;
  readonly argv: readonly string[];
  readonly choice: LogChoice;
  readonly #noPager: boolean;
  #repository: Repository | undefined;
  #config: GitConfig | undefined;
  #backend: GitBackend | undefined;
  #log: Log | undefined;
  readonly #indexed = new Map<string, IndexedLog>();

  constructor(io: Io, { argv, choice, noPager }: Invocation) {
    this.io = io;
    this.argv = argv;
    this.choice = choice;
    this.#noPager = noPager;
  }

  /** @throws RedunError NOT_A_REPOSITORY, UNSUPPORTED_REPOSITORY */
  get repository(): Repository {
    this.#repository ??= findRepository(this.io.cwd, this.io.env);
    return this.#repository;
  }

  get config(): GitConfig {
    this.#config ??= loadConfig(this.repository, this.io.env);
    return this.#config;
  }

  /**
   * The full name of the log's ref.
   * @throws RedunError USAGE, BAD_CONFIG
   */
  get ref(): string {
    return chosenRef(this.choice, this.config);
  }

  /** The log, without its index. */
  get log(): Log {
    this.#log ??= new Log(this.backend, this.ref);
    return this.#log;
  }

  get backend(): GitBackend {
    this.#backend ??= deferredBackend(this.repository);
    return this.#backend;
  }

  /**
   * The log, or another one of the repository, with its index as that is: see with-log.ts.
   * @throws RedunError INDEX_FAILED
   */
  indexedLog(ref = this.ref): IndexedLog {
    let indexed = this.#indexed.get(ref);
    if (!indexed) {
      indexed = IndexedLog.over(this.backend, this.config, ref);
      indexed.log.onWait = ({ message }) => this.tell(`Waiting: ${visible(message)}\n`);
      this.#indexed.set(ref, indexed);
    }
    return indexed;
  }

  /** Writes to stdout. @throws RedunError OUTPUT_FAILED */
  write(text: string): Promise<void> {
    return write(this.io.stdout, text);
  }

  /** Writes to stderr what is not part of the answer. */
  tell(text: string): void {
    if (text !== "") this.io.stderr.write(text);
  }

  /** Colours for stdout. */
  get paint(): Paint {
    return painter(this.io.stdout, this.io.env);
  }

  /** To how many characters a tag is cut that has a line of stdout to itself. */
  get tagLimit(): number | undefined {
    return tagLimit(this.io.stdout);
  }

  /** The user's pager; null where nothing is to be paged. */
  get pager(): string | null {
    return this.#noPager ? null : pagerOf(this.io.env, this.config.get("core.pager"));
  }

  /** See `progressBar`. */
  progress(title: string, unit: string): ProgressBar {
    return progressBar(this.io.stderr, title, unit);
  }

  /** Closes what is open; it can be opened again. */
  async close(): Promise<void> {
    for (const indexed of this.#indexed.values()) indexed.closeIndex();
    this.#indexed.clear();
    const backend = this.#backend;
    this.#log = undefined;
    this.#backend = undefined;
    backend?.maintain();
    await backend?.close();
  }
}
