/** Asks for what the page shows: the server, or in a report the data that the page has in itself. */
import { useEffect, useState } from "preact/hooks";
import type { Api, ApiError, Asked, TagEditRequest } from "../api.ts";
import { questionKey } from "../question.ts";
import { parseWire, type Wire } from "./wire.ts";

export type Answer<Name extends Asked> = Wire<Api[Name]["answer"]>;

/** What could not be answered, in words. */
export class Unanswered extends Error {
  readonly hint: string | undefined;

  constructor({ message, hint }: Pick<ApiError, "message" | "hint">) {
    super(message);
    this.hint = hint;
  }
}

/** The page is a report: it has no lists to lead to. */
export const IS_REPORT = document.getElementById("data") !== null;

let recorded: Promise<Map<string, string>> | null = null;

/** The answers that a report has in itself; null where there is a server. */
function inReport(): Promise<Map<string, string>> | null {
  const element = document.getElementById("data");
  if (!element) return null;
  recorded ??= unpack(element.textContent ?? "");
  return recorded;
}

async function unpack(base64: string): Promise<Map<string, string>> {
  const bytes = Uint8Array.from(atob(base64.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Map(Object.entries(JSON.parse(await new Response(stream).text())));
}

export async function ask<Name extends Asked>(
  name: Name,
  asks: Api[Name]["asks"],
): Promise<Answer<Name>> {
  const key = questionKey(name, asks as Record<string, string | undefined>);
  const report = inReport();
  if (report) {
    const text = (await report).get(key);
    if (text === undefined) throw new Unanswered(NOT_IN_REPORT);
    return parseWire(text) as Answer<Name>;
  }
  const response = await fetch(`api/${key}`).catch(() => null);
  if (!response) throw new Unanswered(GONE);
  return answered(response) as Promise<Answer<Name>>;
}

/** Edits tags, in one commit. */
export async function edit(request: TagEditRequest): Promise<void> {
  const response = await fetch("edit", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  }).catch(() => null);
  if (!response) throw new Unanswered(GONE);
  await answered(response);
  for (const listener of edited) listener();
}

const edited = new Set<() => void>();

async function answered(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = response.headers.get("Content-Type") === "application/json";
  if (response.ok) return parseWire(text);
  throw new Unanswered(isJson ? (JSON.parse(text) as ApiError) : { message: text });
}

const GONE = { message: "The server does not answer.", hint: "Start `redun-git web` again." };
const NOT_IN_REPORT = {
  message: "This is not in the report.",
  hint: "`redun-git web` shows the whole log.",
};

export type Asking<T> = { readonly value?: T; readonly error?: Unanswered };

/**
 * An answer, once it is there; asked again when tags were edited here, and every few seconds while it
 * is `live`. What is shown stays until then.
 */
export function useAnswer<Name extends Asked>(
  name: Name,
  asks: Api[Name]["asks"] | null,
  isLive: (value: Answer<Name>) => boolean = () => false,
): Asking<Answer<Name>> {
  const key = asks && questionKey(name, asks as Record<string, string | undefined>);
  const [state, setState] = useState<Asking<Answer<Name>> & { key?: string }>({});
  useEffect(() => {
    if (!asks || !key) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const load = async () => {
      clearTimeout(timer);
      let next: Asking<Answer<Name>>;
      try {
        next = { value: await ask(name, asks) };
      } catch (error) {
        next = { error: error instanceof Unanswered ? error : new Unanswered(error as Error) };
      }
      if (isOver) return;
      setState({ ...next, key });
      if (next.value && isLive(next.value) && !inReport()) timer = setTimeout(load, 2000);
    };
    void load();
    edited.add(load);
    return () => {
      isOver = true;
      clearTimeout(timer);
      edited.delete(load);
    };
  }, [name, key]);
  return state.key === key ? state : {};
}
