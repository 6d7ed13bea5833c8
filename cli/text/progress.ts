import type { OutputStream } from "../io.ts";

/** Work shorter than this says nothing, in milliseconds. */
const PATIENCE = 500;

export interface ProgressBar {
  /** `total` is null while it is not known. */
  readonly update: (done: number, total: number | null) => void;
  readonly end: () => void;
}

/** One line on stderr with a rate and the time left, on a terminal only, once it takes a while. */
export function progressBar(stderr: OutputStream, title: string, unit: string): ProgressBar {
  /** Since the first update: what is done before it, such as counting, is not part of the rate. */
  let started = 0;
  let shown = false;
  let last = 0;
  return {
    update(done, total) {
      const now = performance.now();
      started ||= now;
      if (!stderr.isTTY || now - started < PATIENCE || now - last < 100) return;
      last = now;
      shown = true;
      const rate = (done / (now - started)) * 1000;
      const speed = `${done.toLocaleString("en")} ${unit}, ${Math.round(rate).toLocaleString("en")}/s`;
      const ahead = total === null ? "" : `, ${timeLeft(done, total, rate)}`;
      stderr.write(`\r\x1b[K${title}: ${speed}${ahead}`);
    },
    end() {
      if (shown) stderr.write("\r\x1b[K");
    },
  };
}

function timeLeft(done: number, total: number, rate: number): string {
  const seconds = rate > 0 ? Math.ceil((total - done) / rate) : 0;
  return `${Math.floor((done / Math.max(total, 1)) * 100)}%, ${seconds} s left`;
}
