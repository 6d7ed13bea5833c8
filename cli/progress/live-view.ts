import { clip } from "../../src/value/shown-text.ts";
import { shortDuration } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import type { GoingOn, Snapshot } from "./snapshot.ts";

/** The rate is that of the last while, in milliseconds. */
const RATE_OVER = 5_000;
/** A run that has told nothing for so long, in milliseconds, computes without a pause. */
const DEAF_AFTER = 1_500;

interface Taken {
  readonly at: number;
  readonly ended: number;
}

/** A run as a few lines of text. All times are milliseconds of one clock. */
export class LiveView {
  readonly #paint: Paint;
  #last: { readonly at: number; readonly snapshot: Snapshot } | undefined;
  #recent: Taken[] = [];

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  take(snapshot: Snapshot, at: number): void {
    this.#recent = [
      ...this.#recent.filter((taken) => taken.at >= at - RATE_OVER),
      { at, ended: ended(snapshot) },
    ];
    this.#last = { at, snapshot };
  }

  /** @param most how many lines there is room for; the first is a sum of all */
  lines(now: number, columns: number, most: number): string[] {
    if (!this.#last) return [];
    const { at, snapshot } = this.#last;
    const since = now - at;
    const row = (word: string, { text, for: time }: GoingOn) =>
      clip(`${seconds(time + since).padStart(8)}  ${word}${oneLine(text)}`, columns);
    const rows = [
      ...snapshot.slowest.map((one) => row("", one)),
      ...snapshot.hashing.map((one) => row("Hash ", one)),
    ];
    return [this.#sum(snapshot, since, columns), ...rows].slice(0, most);
  }

  #sum(snapshot: Snapshot, since: number, columns: number): string {
    const { counts, elapsed } = snapshot;
    const paint = this.#paint;
    const parts: string[] = [];
    const add = (count: number | undefined, word: string, style: Parameters<Paint>[0]) => {
      if (count) parts.push(paint(style, `${count.toLocaleString("en")} ${word}`));
    };
    add(counts.FAILED, "failed", "red");
    add(counts.RUNNING, "running", "yellow");
    add(counts.PENDING, "pending", "yellow");
    add(counts.CACHED, "cached", "cyan");
    add(counts.DONE, "done", "green");
    const rate = this.#rate(snapshot);
    const tail = [
      ...(rate === "" ? [] : [rate]),
      seconds(elapsed + since),
      ...(since > DEAF_AFTER ? [`event loop busy for ${seconds(since)}`] : []),
      ...(!counts.RUNNING && !counts.PENDING ? ["recording"] : []),
    ];
    const text = [`${paint("dim", "[redun]")} ${parts[0]}`, ...parts.slice(1), ...tail].join("  ");
    // Colours take no room; a terminal that is too narrow does without them.
    return plainLength(text) <= columns ? text : clip(text.replace(STYLES, ""), columns);
  }

  #rate(snapshot: Snapshot): string {
    const [first, last] = [this.#recent[0]!, this.#recent.at(-1)!];
    // Until there is something to compare with: since the beginning.
    const [jobs, time] =
      last.at - first.at >= 1000
        ? [last.ended - first.ended, last.at - first.at]
        : [ended(snapshot), snapshot.elapsed];
    const rate = (jobs / Math.max(time, 1)) * 1000;
    if (rate >= 1) return `${Math.round(rate).toLocaleString("en")}/s`;
    return rate * 60 >= 1 ? `${Math.round(rate * 60)}/min` : "";
  }
}

function ended({ counts }: Snapshot): number {
  return (counts.DONE ?? 0) + (counts.CACHED ?? 0) + (counts.FAILED ?? 0);
}

/** Whole seconds: `0s`, `59s`, `12m05s`. */
function seconds(time: number): string {
  const whole = Math.floor(time / 1000);
  return whole < 60 ? `${whole}s` : shortDuration(whole * 1000);
}

const STYLES = /\x1b\[[\d;]*m/g;

function plainLength(text: string): number {
  return text.replace(STYLES, "").length;
}
