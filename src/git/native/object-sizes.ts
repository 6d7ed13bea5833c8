import { type ChildProcess, spawn } from "node:child_process";
import { RedunError } from "../../errors.ts";
import type { Oid, Repository } from "../backend.ts";
import { gitEnvironment } from "./environment.ts";

interface Question {
  readonly count: number;
  readonly sizes: (number | null)[];
  readonly done: (sizes: (number | null)[]) => void;
  readonly fail: (error: Error) => void;
}

/**
 * One `git cat-file --batch-check` that stays open: it tells how large objects are without reading
 * more of them than their headers.
 */
export class ObjectSizes {
  readonly #repository: Repository;
  #child: ChildProcess | null = null;
  #questions: Question[] = [];
  #begun = "";

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** Sizes in bytes, in the order asked for; null for what is no blob. @throws RedunError GIT_FAILED */
  of(oids: readonly Oid[]): Promise<(number | null)[]> {
    if (oids.length === 0) return Promise.resolve([]);
    return new Promise((done, fail) => {
      this.#questions.push({ count: oids.length, sizes: [], done, fail });
      this.#start().stdin?.write(`${oids.join("\n")}\n`);
    });
  }

  close(): Promise<void> {
    const child = this.#child;
    if (!child) return Promise.resolve();
    this.#abandon("it was closed");
    if (child.exitCode !== null) return Promise.resolve();
    return new Promise((done) => {
      child.once("close", () => done());
      child.stdin?.end();
    });
  }

  #start(): ChildProcess {
    if (this.#child) return this.#child;
    const child = spawn("git", ["cat-file", "--batch-check=%(objecttype) %(objectsize)"], {
      ...gitEnvironment(this.#repository),
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    child.stdin.on("error", () => {});
    // What a closed git still says answers nobody.
    const whileOpen = (act: () => void) => {
      if (this.#child === child) act();
    };
    child.stdout.on("data", (chunk: Buffer) => whileOpen(() => this.#take(chunk)));
    child.on("error", (error) => whileOpen(() => this.#abandon(error.message)));
    child.on("close", () => whileOpen(() => this.#abandon(stderr.trim() || "it ended early")));
    this.#child = child;
    return child;
  }

  #take(chunk: Buffer): void {
    const lines = (this.#begun + chunk.toString("latin1")).split("\n");
    this.#begun = lines.pop()!;
    for (const line of lines) {
      const question = this.#questions[0]!;
      const [, size] = /^blob (\d+)$/.exec(line) ?? [];
      question.sizes.push(size === undefined ? null : Number(size));
      if (question.sizes.length < question.count) continue;
      this.#questions.shift();
      question.done(question.sizes);
    }
  }

  #abandon(why: string): void {
    this.#child = null;
    this.#begun = "";
    for (const { fail } of this.#questions.splice(0)) {
      fail(new RedunError("GIT_FAILED", `\`git cat-file --batch-check\` failed: ${why}`));
    }
  }
}
