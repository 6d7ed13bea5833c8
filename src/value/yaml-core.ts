/** Unquoted scalars as YAML 1.2's core schema reads them. */
import { float, integer, isTimestamp, Timestamp } from "./value.ts";
import { MAX_DIGITS } from "./yaml-plain.ts";

/** Why a document cannot be a record. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const INT = /^[-+]?[0-9]+$/;
const RADIX = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;

/**
 * The value of an unquoted scalar by YAML 1.2's core schema, and our own times.
 * @throws Refused for integers of more digits than are safe to read
 */
export function coreScalar(text: string): unknown {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INT.test(text) || RADIX.test(text)) {
    if (text.length > MAX_DIGITS)
      throw new Refused(`it has an integer of more than ${MAX_DIGITS} digits`);
    // Leading zeros and a plus do not change the number; BigInt knows 0o and 0x.
    return integer(text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text.replace("+", "")));
  }
  if (FLOAT.test(text)) return float(Number(text));
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  if (NAN.test(text)) return Number.NaN;
  return isTimestamp(text) ? new Timestamp(text) : text;
}
