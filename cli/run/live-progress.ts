import type { Readable } from "node:stream";
import type { Io } from "../io.ts";
import { LiveView } from "../progress/live-view.ts";
import type { Snapshot } from "../progress/snapshot.ts";
import { StatusArea } from "../progress/status-area.ts";
import { painter } from "../text/terminal.ts";

/** A run that is over so soon, in milliseconds, needs no view. */
const PATIENCE = 500;
/** How often the view is drawn, in milliseconds: its clocks go on while the run itself says nothing. */
const EVERY = 250;

/**
 * The live view of a run that another process computes. So it goes on while that computes without a pause,
 * and is taken away however it ends.
 */
export class LiveProgress {
  readonly #area: StatusArea;
  readonly #view: LiveView;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param told what a `SnapshotSender` writes */
  constructor({ stderr, env }: Pick<Io, "stderr" | "env">, told: Readable) {
    this.#area = new StatusArea(stderr);
    this.#view = new LiveView(painter(stderr, env));
    let rest = "";
    told.setEncoding("utf8");
    told.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#take(line);
    });
    told.on("error", () => this.end());
    told.on("end", () => this.end());
    process.once("exit", () => this.end());
    process.on("SIGTSTP", this.#onStop);
  }

  /** Takes the view away, for good. */
  end(): void {
    this.#isOver = true;
    this.#hide();
    process.off("SIGTSTP", this.#onStop);
  }

  #take(line: string): void {
    if (this.#isOver) return;
    if (line === "") {
      this.end();
      return;
    }
    this.#view.take(JSON.parse(line) as Snapshot, performance.now());
    this.#timer ??= setTimeout(() => {
      this.#draw();
      this.#timer = setInterval(() => this.#draw(), EVERY).unref();
    }, PATIENCE).unref();
  }

  #draw(): void {
    const { columns, room } = this.#area;
    this.#area.show(this.#view.lines(performance.now(), columns, room));
  }

  #hide(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#area.close();
  }

  /** Ctrl-Z: the shell gets its whole terminal. The next snapshot shows the view again. */
  readonly #onStop = (): void => {
    this.#hide();
    process.kill(process.pid, "SIGSTOP");
  };
}
