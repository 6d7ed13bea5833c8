/** What the element of an array has printed: for the user, and for the record. */
import type { Tags } from "../tag/set.ts";
import type { ArrayFolder } from "./array-folder.ts";

/** Bytes of each stream that are passed on to the user: the end of it. */
const SHOWN = 1 << 20;
/** Characters that are recorded of each stream: of its end, in whole lines. */
const RECORDED = 1000;

/** Passes on what a call has printed, as if it had run here. */
export function printAll(folder: ArrayFolder, element: number): void {
  for (const [stream, to] of [
    ["out", process.stdout],
    ["err", process.stderr],
  ] as const) {
    const { bytes, before } = folder.printedBy(element, stream, SHOWN);
    if (before > 0) to.write(`[${before} bytes before this are left out]\n`);
    if (bytes.length > 0) to.write(bytes);
  }
}

/** Tags with the end of what it has printed: `slurm_stderr`. */
export function tailTags(kind: string, folder: ArrayFolder, element: number): Tags {
  const [stdout, stderr] = [tailOf(folder, element, "out"), tailOf(folder, element, "err")];
  return {
    ...(stdout !== "" && { [`${kind}_stdout`]: stdout }),
    ...(stderr !== "" && { [`${kind}_stderr`]: stderr }),
  };
}

export function tailOf(folder: ArrayFolder, element: number, stream: "out" | "err"): string {
  const { bytes, before } = folder.printedBy(element, stream, RECORDED);
  const text = bytes.toString("utf8");
  // Half a line says nothing, and half a character even less.
  const whole = before > 0 ? text.slice(text.indexOf("\n") + 1) : text;
  return whole.trim();
}
