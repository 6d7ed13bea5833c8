import { AsyncLocalStorage } from "node:async_hooks";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { currentJob } from "../engine/context.ts";
import { recordedPath } from "../value/file-path.ts";
import { Earlier, type StandIn } from "./earlier.ts";
import { asFiles } from "./files.ts";
import { applySaid, type EndedProgram, programResult, tagHere } from "./program-end.ts";
import { programCall } from "./program-task.ts";
import { STDIN } from "./standard-input.ts";
import type { StepAnswer, StepBegin, StepRequest } from "./step-protocol.ts";
import { tagsIn } from "./tag-lines.ts";

/**
 * Takes the programs that a recorded program starts with `redun-git exec` or `step` as jobs under its
 * own, however many at once. They reach it over a socket that nobody else's processes can open.
 */
export class Steps {
  /** Where it listens. */
  readonly path: string;
  readonly #server: Server;
  readonly #root: string;
  /** What runs something as part of a job that goes on. */
  readonly #contexts = new Map<string, <T>(body: () => T) => T>();
  readonly #going = new Set<Promise<void>>();
  #outermost = "";

  private constructor(root: string, folder: string) {
    this.path = join(folder, SOCKET_NAME);
    this.#root = root;
    this.#server = createServer((socket) => {
      const done = this.#serve(socket).finally(() => this.#going.delete(done));
      this.#going.add(done);
    });
    this.#server.unref();
  }

  /**
   * @param root the top of the work tree
   * @param folder a temporary directory, for the socket
   */
  static async listen(root: string, folder: string): Promise<Steps> {
    const steps = new Steps(root, folder);
    await new Promise<void>((done, fail) => {
      steps.#server.once("error", fail).listen(steps.path, done);
    });
    return steps;
  }

  /** The job that calls this can have steps for as long as `body` goes on. Returns what `body` does. */
  async under<T>(body: (job: string) => Promise<T>): Promise<T> {
    const id = currentJob()!.job!.id;
    this.#outermost ||= id;
    this.#contexts.set(id, AsyncLocalStorage.snapshot());
    try {
      return await body(id);
    } finally {
      this.#contexts.delete(id);
    }
  }

  /** Ends when the steps that had begun have: what they are part of has ended without waiting. */
  async close(): Promise<void> {
    this.#server.close();
    await Promise.all(this.#going);
  }

  async #serve(socket: Socket): Promise<void> {
    const say = (answer: StepAnswer) => void socket.write(`${JSON.stringify(answer)}\n`);
    socket.on("error", () => {});
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    const hear = async (): Promise<StepRequest | null> => {
      const { value, done } = await lines.next();
      return done ? null : (JSON.parse(value) as StepRequest);
    };
    try {
      const first = await hear();
      if (!first || !("begin" in first)) return;
      const inParent =
        this.#contexts.get(first.begin.parent) ?? this.#contexts.get(this.#outermost);
      if (!inParent) return say({ refused: "that has ended." });
      const standIn = await inParent(() => this.#job(first.begin, hear, say));
      say(standIn ? { skipped: standIn } : { recorded: true });
    } catch {
      // Not what we say to each other: no step of ours.
    } finally {
      socket.end();
    }
  }

  /**
   * The job of a step: it lasts until its command says that the program has ended, or until it is found
   * that an earlier one stands for it.
   */
  async #job(
    begin: StepBegin,
    hear: () => Promise<StepRequest | null>,
    say: (answer: StepAnswer) => void,
  ): Promise<StandIn | null> {
    const { name, words, directory, env, inputs, stdin, tags, cached } = begin;
    const earlier =
      cached && new Earlier({ ...cached, cwd: directory, root: this.#root, inputs: inputs.length });
    let hasRun = false;
    const call = {
      name,
      words,
      directory: recordedPath(directory, this.#root),
      env,
      inputs: asFiles(inputs),
      isFound: false,
    };
    const work = () =>
      this.under(async (job) => {
        hasRun = true;
        if (stdin !== null) tagHere([[STDIN, stdin]], []);
        say({ job });
        return programResult(name, await endOf(hear));
      });
    try {
      await programCall(call, work, { accepts: earlier?.accepts, tags: tagsIn(tags) });
    } catch {
      // Its job says so.
    }
    return hasRun ? null : (earlier?.standIn ?? null);
  }
}

/** The socket's name in its directory. */
export const SOCKET_NAME = "socket";

async function endOf(hear: () => Promise<StepRequest | null>): Promise<EndedProgram> {
  for (;;) {
    const heard = await hear();
    if (!heard) throw new Error("The command that ran it ended without a word.");
    if ("tags" in heard) applySaid(heard.tags);
    if ("end" in heard) return heard.end;
  }
}
