import { RedunError } from "../../errors.ts";
import { type Time, timeOf } from "../../record/records.ts";

const FORM = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;

/**
 * A time of redun's, in microseconds, as our records have it. One without a zone is in UTC.
 * @throws RedunError BAD_IMPORT
 */
export function recordTime(text: string): Time {
  if (isTime(text)) return timeOf(millisecondsOf(text));
  throw new RedunError("BAD_IMPORT", `"${text}" is not a time of redun's.`);
}

/** Whether a text is a time in the form that redun writes. */
export function isTime(text: string): boolean {
  return !Number.isNaN(millisecondsOf(text));
}

function millisecondsOf(text: string): number {
  const [, day, clock, fraction = ".0", zone = "Z"] = FORM.exec(text) ?? [];
  if (day === undefined) return Number.NaN;
  return Date.parse(`${day}T${clock}${`${fraction}000`.slice(0, 4)}${zone}`);
}

/** A time as redun exports it: its database has it without a zone, and with all six digits. */
export function exportedTime(text: string): string {
  const [, day, clock, fraction = "", zone = "+00:00"] = FORM.exec(text) ?? [];
  if (day === undefined) return text;
  const digits = /^\.0*$/.test(fraction) ? "" : fraction.padEnd(7, "0");
  return `${day} ${clock}${digits}${zone === "Z" ? "+00:00" : zone}`;
}

/** A time of our records as redun writes one. */
export function redunTime(time: Time): string {
  return exportedTime(time.replace("Z", "+00:00"));
}
