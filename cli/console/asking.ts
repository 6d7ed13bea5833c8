/** The questions that the console asks, and what their answers do. */
import { addressOf, parseAddress, printAddress } from "../../src/views/address.ts";
import type { Subject } from "./content.ts";
import type { Command } from "./key-table.ts";
import { done, said } from "./moving.ts";
import { answered } from "./prompt.ts";
import { filtered } from "./row-actions.ts";
import {
  type Choice,
  type Edit,
  type EditKind,
  type Next,
  opened,
  type Prompt,
  type State,
} from "./state.ts";

export function promptKey(state: State, prompt: Prompt, key: string): Next {
  if (key === "escape" || key === "ctrl-c") return done({ ...state, prompt: null });
  if (key !== "enter") return done({ ...state, prompt: answered(prompt, key) });
  const text = prompt.text.trim();
  const next = { ...state, prompt: null };
  const { asks } = prompt;
  switch (asks.for) {
    case "filter":
      return filtered(next, text === "" ? null : text);
    case "search":
      return opened(next, { kind: "list", type: null, query: text === "" ? null : text });
    case "go":
      return text === "" ? done(next) : gone(next, text);
    case "tag": {
      if (text === "") return done(next);
      const edit = { kind: asks.kind, subject: asks.subject, tag: text };
      return done({ ...next, prompt: reasonPrompt(edit) });
    }
    case "reason":
      return { state: next, effects: [{ does: "edit", edit: { ...asks.edit, reason: text } }] };
  }
}

function reasonPrompt(edit: Omit<Edit, "reason">): Prompt {
  return {
    question: `Why ${edit.tag}? (may be empty) `,
    text: "",
    at: 0,
    asks: { for: "reason", edit },
  };
}

function gone(state: State, text: string): Next {
  try {
    return opened(state, parseAddress(text));
  } catch (error) {
    return said(state, (error as Error).message);
  }
}

export function choiceKey(state: State, choice: Choice, command: Command | undefined): Next {
  const { cursor, rivals, subject } = choice;
  if (command === "up" || command === "down") {
    const by = command === "up" ? -1 : 1;
    const next = Math.max(0, Math.min(cursor + by, rivals.length - 1));
    return done({ ...state, choice: { ...choice, cursor: next } });
  }
  if (command !== "open") return done({ ...state, choice: null });
  const edit = { kind: "update", subject, tag: rivals[cursor]!.tag } as const;
  return done({ ...state, choice: null, prompt: reasonPrompt(edit) });
}

export function asked(state: State, question: string, text: string, asks: Prompt["asks"]): Next {
  return done({ ...state, prompt: { question, text, at: text.length, asks } });
}

export function tagging(state: State, kind: EditKind, subject: Subject | null, text: string): Next {
  if (!subject) return said(state, "Nothing here can be tagged.");
  const name = printAddress(addressOf(subject));
  const question = {
    add: `Add to ${name}, key=value: `,
    update: `Set on ${name}, key=value: `,
    rm: `Remove from ${name}, key or key=value: `,
  }[kind];
  return asked(state, question, text, { for: "tag", kind, subject });
}
