import type { ChildProcess } from "node:child_process";
import { RedunError } from "../../errors.ts";
import type { Oid, Repository } from "../backend.ts";
import { closeGit, holdProcess, openGit } from "./open-git.ts";

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
      const child = this.#start();
      holdProcess(child, true);
      child.stdin?.write(`${oids.join("\n")}\n`);
    });
  }

  close(): Promise<void> {
    const child = this.#child;
    if (!child) return Promise.resolve();
    this.#abandon("it was closed");
    return closeGit(child);
  }

  #start(): ChildProcess {
    if (this.#child) return this.#child;
    const format = "--batch-check=%(objecttype) %(objectsize)";
    const child = openGit(this.#repository, ["cat-file", format], {
      isOpen: (child) => this.#child === child,
      take: (chunk) => this.#take(chunk),
      ended: (why) => this.#abandon(why),
    });
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
    if (this.#questions.length === 0 && this.#child) holdProcess(this.#child, false);
  }

  #abandon(why: string | RedunError): void {
    this.#child = null;
    this.#begun = "";
    const said = `\`git cat-file --batch-check\` failed: ${why}`;
    const error = typeof why === "string" ? new RedunError("GIT_FAILED", said) : why;
    for (const { fail } of this.#questions.splice(0)) fail(error);
  }
}
