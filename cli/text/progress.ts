/** Work shorter than this says nothing, in milliseconds. */
const PATIENCE = 500;

export interface ProgressBar {
  readonly update: (done: number, total: number) => void;
  readonly end: () => void;
}

/** One line on stderr with a rate and the time left, on a terminal only, once it takes a while. */
export function progressBar(title: string, unit: string): ProgressBar {
  const { stderr } = process;
  const started = performance.now();
  let shown = false;
  let last = 0;
  return {
    update(done, total) {
      const now = performance.now();
      if (!stderr.isTTY || now - started < PATIENCE || now - last < 100) return;
      last = now;
      shown = true;
      const rate = (done / (now - started)) * 1000;
      const left = rate > 0 ? Math.ceil((total - done) / rate) : 0;
      const percent = total > 0 ? Math.floor((done / total) * 100) : 100;
      const count = `${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${unit}`;
      stderr.write(
        `\r\x1b[K${title}: ${percent}%  ${count}, ${Math.round(rate)}/s, ${left} s left`,
      );
    },
    end() {
      if (shown) stderr.write("\r\x1b[K");
    },
  };
}
