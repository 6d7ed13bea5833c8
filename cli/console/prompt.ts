/** A line that is typed: what each key makes of it. */
import type { Prompt } from "./state.ts";
import { graphemes } from "./width.ts";

/** With text where the caret is; lines of pasted text become one. */
export function typed(prompt: Prompt, text: string): Prompt {
  const inserted = text.replace(/[\r\n\t]+/g, " ").replace(/\p{Cc}/gu, "");
  const { at } = prompt;
  const next = prompt.text.slice(0, at) + inserted + prompt.text.slice(at);
  return { ...prompt, text: next, at: at + inserted.length };
}

/** After any key but those that end it. */
export function answered(prompt: Prompt, key: string): Prompt {
  const { text, at } = prompt;
  const before = text.slice(0, at);
  const behind = text.slice(at);
  const cut = (from: number, to: number) => ({
    ...prompt,
    text: text.slice(0, from) + text.slice(to),
    at: from,
  });
  const last = [...graphemes(before)].at(-1)?.length ?? 0;
  const [next = ""] = graphemes(behind);
  switch (key) {
    case "left":
      return { ...prompt, at: at - last };
    case "right":
      return { ...prompt, at: at + next.length };
    case "home":
    case "ctrl-a":
      return { ...prompt, at: 0 };
    case "end":
    case "ctrl-e":
      return { ...prompt, at: text.length };
    case "backspace":
      return cut(at - last, at);
    case "delete":
      return cut(at, at + next.length);
    case "ctrl-u":
      return cut(0, at);
    case "ctrl-k":
      return cut(at, text.length);
    case "ctrl-w":
      return cut(before.replace(/\S*\s*$/, "").length, at);
    default:
      return isText(key) ? typed(prompt, key) : prompt;
  }
}

/** Whether a key is what it says, and not its name. */
function isText(key: string): boolean {
  return [...graphemes(key)].length === 1;
}
