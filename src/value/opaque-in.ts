import { Tagged } from "./value.ts";
import { readYaml } from "./yaml-read.ts";

/** Whether a value's YAML has something of which only the kind is known. */
export function isOpaqueIn(text: string): boolean {
  return opaqueIn(text) !== null;
}

/** What it says of the first such thing that is found: `class Model 5c1f0a6073fc0b08-1`; null without any. */
export function opaqueIn(text: string): string | null {
  if (!text.includes("!opaque ")) return null;
  const left: unknown[] = [readYaml(text)];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null || ArrayBuffer.isView(next)) continue;
    if (next instanceof Tagged) {
      if (next.tag === "opaque") return String(next.value);
      left.push(next.value);
    } else if (next instanceof Map) for (const pair of next) left.push(...pair);
    else if (next instanceof Set || Array.isArray(next)) for (const item of next) left.push(item);
    else left.push(...Object.values(next));
  }
  return null;
}
