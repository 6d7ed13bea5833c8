import { type Paint, visible } from "./terminal.ts";

const STYLES = { "-": "red", "+": "green", "@": "cyan" } as const;

/** Lines of a unified diff in git's colours, indented; their text may be anyone's. */
export function changedLines(lines: readonly string[], paint: Paint): string[] {
  return lines.map((line) => {
    const style = STYLES[line[0] as keyof typeof STYLES];
    const text = visible(line.replace(/\r$/, ""));
    return `  ${style ? paint(style, text) : text}`.trimEnd();
  });
}
