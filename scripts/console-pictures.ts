/**
 * Draws docs/console-*.svg: the console on a terminal, after some keys, in a temporary repository. `npm run
 * picture` runs it; needs git, a build, and `script` of util-linux.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLI, recordSample } from "./sample-log.ts";

const root = new URL("..", import.meta.url).pathname;
const [COLUMNS, ROWS] = [100, 26];
const LINE = 19;
const CHARACTER = 8.43;
/** How long a screen gets to be drawn, in milliseconds. */
const PATIENCE = 2500;

/** What is typed, screen by screen, and the picture that is taken then. */
const PICTURES = [
  { name: "executions", address: "", keys: ["j", "j"] },
  { name: "execution", address: "executions/-", keys: [] },
  { name: "compare", address: "", keys: ["m", "m", "m", "c"] },
] as const;

interface Cell {
  readonly text: string;
  readonly style: string;
}

/** What the terminal shows once nothing more is drawn. */
async function shown(cwd: string, address: string, keys: readonly string[]): Promise<Cell[][]> {
  const command = `stty cols ${COLUMNS} rows ${ROWS}; '${process.execPath}' '${CLI}' console ${address}`;
  const env = { ...process.env, TERM: "xterm", SHELL: "/bin/sh" };
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd, env });
  let written = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  for (const key of ["", ...keys]) {
    child.stdin.write(key);
    await new Promise((done) => setTimeout(done, PATIENCE));
  }
  const cells = cellsOf(written);
  child.stdin.write("\x03");
  await new Promise((done) => child.on("close", done));
  return cells;
}

/** Applies what the console writes: places, styles, and text of letters that take one column. */
function cellsOf(written: string): Cell[][] {
  const blank = { text: " ", style: "" };
  const cells = Array.from({ length: ROWS }, () => Array<Cell>(COLUMNS).fill(blank));
  let [row, column, style] = [0, 0, ""];
  for (const [part, numbers = "", letter] of written.matchAll(
    /\x1b\[([?\d;]*)([A-Za-z])|[^\x1b]/gu,
  )) {
    if (letter === "H")
      [row, column] = numbers.split(";").map((n) => Number(n) - 1) as [number, number];
    else if (letter === "m") style = numbers === "0" ? "" : numbers;
    else if (letter === undefined && part >= " ") cells[row]![column++] = { text: part, style };
  }
  return cells;
}

/** SGR codes as colours; 7 turns letter and ground around. */
const COLOURS: Readonly<Record<string, string>> = {
  ...{ 1: "#ffffff", 2: "#8a94a6", 31: "#ff8f57", 32: "#7ee787", 33: "#e3b341", 36: "#79c0ff" },
};
const [LETTER, GROUND] = ["#d8dee9", "#101418"];

function drawn(cells: readonly (readonly Cell[])[]): string {
  const width = Math.ceil(COLUMNS * CHARACTER) + 32;
  const height = ROWS * LINE + 32;
  const lines = cells.flatMap((row, at) => runs(row).map((run) => runSvg(run, at)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xml:space="preserve" role="img" aria-label="The console of redun-git">
<style>text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }</style>
<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>
${lines.join("\n")}
</svg>
`;
}

interface Run extends Cell {
  readonly at: number;
}

/** Neighbours of one style, without blanks that nobody sees. */
function runs(row: readonly Cell[]): Run[] {
  const found: Run[] = [];
  for (const [at, { text, style }] of row.entries()) {
    const last = found.at(-1);
    if (last?.style === style) found[found.length - 1] = { ...last, text: last.text + text };
    else found.push({ at, text, style });
  }
  return found.filter(({ text, style }) => text.trim() !== "" || isReverse(style));
}

function isReverse(style: string): boolean {
  return style.split(";").includes("7");
}

function runSvg({ at, text, style }: Run, row: number): string {
  const colour =
    style
      .split(";")
      .flatMap((code) => COLOURS[code] ?? [])
      .at(-1) ?? LETTER;
  const isTurned = isReverse(style);
  const x = (16 + at * CHARACTER).toFixed(1);
  const long = (text.length * CHARACTER).toFixed(1);
  const ground = isTurned
    ? `<rect x="${x}" y="${row * LINE + 16}" width="${long}" height="${LINE}" fill="${colour}"/>`
    : "";
  const escaped = text.trimEnd().replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const fill = isTurned ? GROUND : colour;
  return `${ground}<text x="${x}" y="${row * LINE + 30}" fill="${fill}">${escaped}</text>`;
}

const folder = mkdtempSync(join(tmpdir(), "redun-git-pictures-"));
try {
  recordSample(folder);
  for (const { name, address, keys } of PICTURES) {
    const cells = await shown(folder, address, keys);
    writeFileSync(join(root, "docs", `console-${name}.svg`), drawn(cells));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
