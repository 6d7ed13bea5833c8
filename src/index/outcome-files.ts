import type { CodeFile } from "../record/records.ts";

/**
 * The files that an outcome names, as one text. Of two outcomes that differ in nothing else, the
 * greater of these texts decides: see docs/format.md, section 10.
 */
export function filesText(files: readonly CodeFile[]): string {
  return files.map(({ path, blob }) => `${blob} ${JSON.stringify(path)}\n`).join("");
}

export function filesOfText(text: string | null): readonly CodeFile[] {
  const lines = (text ?? "").split("\n").slice(0, -1);
  return lines.map((line) => {
    const at = line.indexOf(" ");
    return { path: JSON.parse(line.slice(at + 1)), blob: line.slice(0, at) };
  });
}
