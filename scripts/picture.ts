/**
 * Draws docs/session.svg, the picture of the README: a real session in a temporary repository, as a
 * terminal shows it. `npm run picture` runs it; needs git and a build.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const COLUMNS = 110;
const LINE = 19;
const CHARACTER = 8.43;
/** SGR codes that our output uses, as classes of the picture. */
const CLASSES: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "36": "cyan",
};

const folder = mkdtempSync(join(tmpdir(), "redun-git-picture-"));
try {
  writeFileSync(join(root, "docs", "session.svg"), drawn(session(folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What the terminal of someone who meets redun-git shows, with its escape sequences. */
function session(cwd: string): string[] {
  cpSync(join(root, "examples", "hello_world"), cwd, { recursive: true });
  const env = { ...process.env, FORCE_COLOR: "1", GIT_PAGER: "cat", REDUN_USER: "ada" };
  const git = (...args: string[]) => execFileSync("git", args, { cwd, encoding: "utf8" });
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Ada");
  git("config", "user.email", "ada@example.org");
  git("config", "redun.autotags", "user");
  git("add", ".");
  git("commit", "--quiet", "--message", "Say hello");
  const shown: string[] = [];
  const show = (line: string) => {
    const [program, ...words] = line.split(" ");
    const [file, args] =
      program === "git" ? ["git", words] : [process.execPath, [`${root}dist/cli.cjs`, ...words]];
    const { stdout, stderr, status } = spawnSync(file, args, { cwd, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${line}: status ${status}\n${stderr}`);
    shown.push(`\x1b[1m$ ${line}\x1b[0m`, ...stdout.trimEnd().split("\n"), "");
  };
  show("redun-git run -q -t env=dev workflow.ts main --greet Hi");
  show("redun-git tag update - env=prod -m approved");
  show("redun-git log -t env=prod");
  show("redun-git tag blame -");
  show("git log --oneline refs/redun/main");
  return shown.slice(0, -1);
}

function drawn(lines: readonly string[]): string {
  const rows = lines.flatMap(wrapped);
  const width = Math.ceil(COLUMNS * CHARACTER) + 32;
  const height = rows.length * LINE + 32;
  const texts = rows.map((row, at) => `<text x="16" y="${at * LINE + 30}">${spans(row)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xml:space="preserve" role="img" aria-label="A session with redun-git">
<style>
  rect { fill: #101418 }
  text { fill: #d8dee9; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
  .bold { font-weight: bold; fill: #ffffff } .dim { fill: #8a94a6 }
  .red { fill: #ff7b72 } .green { fill: #7ee787 } .yellow { fill: #e3b341 } .cyan { fill: #79c0ff }
</style>
<rect width="100%" height="100%" rx="8"/>
${texts.join("\n")}
</svg>
`;
}

/** A line in pieces of the terminal's width. Escape sequences take no place. */
function wrapped(line: string): string[] {
  const rows = [""];
  let column = 0;
  for (const [piece] of line.matchAll(/\x1b\[[\d;]*m|[^\x1b]/g)) {
    if (piece.length === 1 && column++ === COLUMNS) {
      rows.push("");
      column = 1;
    }
    rows[rows.length - 1] += piece;
  }
  return rows;
}

function spans(row: string): string {
  let style = "";
  return row
    .split(/(\x1b\[[\d;]*m)/)
    .map((piece) => {
      const code = /^\x1b\[([\d;]*)m$/.exec(piece)?.[1];
      if (code !== undefined) {
        style = CLASSES[code] ?? "";
        return "";
      }
      const text = piece.replace(/&/g, "&amp;").replace(/</g, "&lt;");
      return style === "" || text === "" ? text : `<tspan class="${style}">${text}</tspan>`;
    })
    .join("");
}
