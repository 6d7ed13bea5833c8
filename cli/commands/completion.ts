import { RedunError } from "../../src/errors.ts";
import type { CommandFunction } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { candidates } from "../completion/candidates.ts";
import { SCRIPTS } from "../completion/scripts.ts";
import { wordsOf } from "../completion/words.ts";
import type { COMPLETION } from "../declarations/completion.ts";

export const command: CommandFunction<typeof COMPLETION> = async (
  workspace,
  [shell, line, part],
) => {
  const script = SCRIPTS[shell];
  if (script === undefined) {
    throw new RedunError("USAGE", `There is no shell "${shell}".`, "Use `bash`, `zsh` or `fish`.");
  }
  if (line === undefined) return workspace.write(script);
  const words = wordsOf(line);
  const word = words.at(-1)!;
  const open = () => workspace.indexedLog();
  // Outside of a repository there are no ids or tags, and nobody wants to read that now.
  const found = await candidates(words.slice(1, -1), word, COMMANDS, open).catch(() => []);
  // bash takes `=` and `:` for the ends of words, and replaces what it takes for the last one.
  const isEnd = shell === "bash" && part !== undefined && word.endsWith(part);
  const kept = isEnd ? word.length - part.length : 0;
  await workspace.write(found.map((text) => `${text.slice(kept)}\n`).join(""));
};
