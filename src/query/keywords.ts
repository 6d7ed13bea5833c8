import { isField } from "./condition.ts";

/** Words that the language of queries has for itself, whatever their case. */
export const KEYWORDS: readonly string[] = ["and", "or", "not", "in"];

/** Whether a word would be read as part of the language where a key should stand. */
export function isReserved(word: string): boolean {
  return KEYWORDS.includes(word.toLowerCase()) || isField(word) || word.startsWith("tag:");
}
