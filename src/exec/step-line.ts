import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { StandIn } from "./earlier.ts";
import type { EndedProgram } from "./program-end.ts";
import {
  EXECUTION,
  JOB,
  SOCKET,
  type StepAnswer,
  type StepBegin,
  type StepRequest,
} from "./step-protocol.ts";
import type { SaidTags } from "./tag-lines.ts";

/** The run that this process is part of, by its environment. */
export interface Above {
  readonly execution: string;
  readonly job: string;
  readonly socket: string;
}

/** Undefined outside of a recorded program. */
export function above(env: NodeJS.ProcessEnv): Above | undefined {
  const { [EXECUTION]: execution, [JOB]: job, [SOCKET]: socket } = env;
  return execution && job && socket ? { execution, job, socket } : undefined;
}

/** A job of the run above, as long as it goes on. */
export class StepLine {
  /** Its id; null where it has ended already, and where that run is over, or cannot take it. */
  readonly job: string | null;
  /** What stands for its program, which need not run. */
  readonly standIn: StandIn | null;
  readonly #socket: Socket | null;
  readonly #answers: AsyncIterator<string> | null;

  /** Begins a job below that of the process around this one. `onProblem` hears why there is none. */
  static async begin(
    run: Above,
    begin: Omit<StepBegin, "parent">,
    onProblem: (text: string) => void,
  ): Promise<StepLine> {
    const socket = await connect(run.socket);
    const answers = socket && createInterface({ input: socket })[Symbol.asyncIterator]();
    const line = new StepLine(socket, answers, {});
    const answer = await line.#ask({ begin: { ...begin, parent: run.job } });
    if (answer && "job" in answer) return new StepLine(socket, answers, answer);
    if (answer && "skipped" in answer) {
      socket?.destroy();
      return new StepLine(null, null, { standIn: answer.skipped });
    }
    const why = answer && "refused" in answer ? answer.refused : NO_ANSWER;
    onProblem(`This is no job of the run around it: ${why}`);
    return line;
  }

  private constructor(
    socket: Socket | null,
    answers: AsyncIterator<string> | null,
    {
      job = null,
      standIn = null,
    }: { readonly job?: string | null; readonly standIn?: StandIn | null },
  ) {
    this.#socket = socket;
    this.#answers = answers;
    this.job = job;
    this.standIn = standIn;
  }

  /** Tags its job, and the execution. */
  tag(tags: SaidTags): void {
    if (this.job !== null) this.#say({ tags });
  }

  /** Ends its job, and waits until that is recorded. */
  async end(end: EndedProgram, onProblem: (text: string) => void): Promise<void> {
    if (this.job !== null && !(await this.#ask({ end }))) {
      onProblem(`How it ended is not recorded in the run around it: ${NO_ANSWER}`);
    }
    this.#socket?.destroy();
  }

  #say(request: StepRequest): void {
    this.#socket?.write(`${JSON.stringify(request)}\n`);
  }

  async #ask(request: StepRequest): Promise<StepAnswer | null> {
    if (!this.#answers) return null;
    this.#say(request);
    const { value, done } = await this.#answers.next();
    return done ? null : (JSON.parse(value) as StepAnswer);
  }
}

const NO_ANSWER = "that does not answer.";

function connect(path: string): Promise<Socket | null> {
  return new Promise((done) => {
    const socket = createConnection(path, () => done(socket));
    socket.on("error", () => done(null));
  });
}
