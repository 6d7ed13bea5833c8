/** Moments that a text stands for, in milliseconds since 1970: `from` included, `to` not. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const UNITS: Readonly<Record<string, number>> = {
  w: 7 * 24 * 3_600_000,
  d: 24 * 3_600_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** Milliseconds since 1970 are not told apart closer than this. */
const FINEST = 2 ** -10;

const DATE = /^([1-9]\d{3})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(.*))?$/;
const ZONE = /^ ?(?:(Z)|([+-])(\d\d):?(\d\d))$/i;

/**
 * What a text says of time: `2026-11-22` and `today` are whole days, `2026-11-22T09:43` a minute,
 * with seconds a second; `2w`, `3d`, `4h`, `30m` and `10s` ago are moments. Times without a zone
 * are local. Undefined for any other text.
 */
export function parseTime(text: string, now: number): Span | undefined {
  if (text === "today") return day(now, 0);
  if (text === "yesterday") return day(now, -1);
  const ago = /^[\d.]+[wdhms]$/.test(text) ? billionths(text) : undefined;
  if (ago !== undefined) {
    const from = now - Number((ago + BILLION / 2n) / BILLION);
    return { from, to: from + 1 };
  }
  return parseDate(text);
}

/** As `parseTime`, for texts that mean the same at any time. */
export function parseDate(text: string): Span | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [year, month, date, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part))) as [number, number, number];
  const [fraction, zone] = [match[7], match[8]];
  const milliseconds = Number((fraction ?? "").padEnd(3, "0").slice(0, 3));
  const below = (fraction ?? "").slice(3);
  const utc = new Date(Date.UTC(year, month - 1, date));
  const isReal = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === date;
  if (!isReal || hour > 23 || minute > 59 || second > 59) return undefined;
  const parts = [year, month - 1, date, hour, minute, second, milliseconds] as const;
  const whole = zone ? inZone(Date.UTC(...parts), zone) : new Date(...parts).getTime();
  if (whole === undefined) return undefined;
  const from = whole + Number(`0.${below}0`);
  if (match[4] === undefined) return day(from, 0);
  // Where a moment is said more exactly than in milliseconds, no more is left of it than that.
  const finest = Math.max(10 ** -below.length, FINEST);
  const width = fraction !== undefined ? finest : match[6] !== undefined ? 1000 : 60_000;
  return { from, to: from + width };
}

/**
 * The whole milliseconds that a text such as `90s`, `1.5h` or `1h30m` stands for: `to` is one above
 * `from`; of a part of a millisecond, which no record holds, it is the same. Undefined for any other
 * text.
 */
export function parseDuration(text: string): Span | undefined {
  const total = billionths(text);
  if (total === undefined) return undefined;
  const down = Number(total / BILLION);
  return { from: total % BILLION === 0n ? down : down + 1, to: down + 1 };
}

const BILLION = 1_000_000_000n;

/** Billionths of a millisecond, counted in whole numbers: in floating point 1.001 times 1000 is not 1001. */
function billionths(text: string): bigint | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[wdhms]))+$/.test(text)) return undefined;
  let sum = 0n;
  for (const [, whole, fraction = "", unit] of text.matchAll(/(\d+)(?:\.(\d+))?(ms|[wdhms])/g)) {
    sum += BigInt(whole! + fraction.padEnd(9, "0")) * BigInt(UNITS[unit!]!);
  }
  return sum;
}

/** The local day of a moment, or one so many days later. */
function day(moment: number, later: number): Span {
  const date = new Date(moment);
  const midnight = (days: number) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
  return { from: midnight(later), to: midnight(later + 1) };
}

function inZone(asUtc: number, zone: string): number | undefined {
  const [all, utc, sign, hours, minutes] = ZONE.exec(zone) ?? [];
  if (all === undefined) return undefined;
  if (utc) return asUtc;
  const offset = Number(hours) * UNITS.h! + Number(minutes) * UNITS.m!;
  return asUtc - (sign === "-" ? -offset : offset);
}
