/**
 * A float as Python's `repr` and `json.dumps` write it: the shortest digits that read back the
 * same, always with a dot or an exponent; the exponent form below 1e-4 and from 1e16 on, with a
 * sign and at least two digits. NaN and infinities are JSON's `NaN`, `Infinity`, `-Infinity`.
 */
export function pythonFloat(n: number): string {
  const size = Math.abs(n);
  if (size >= 1e-4 && size < 1e16) {
    const text = String(n);
    return Number.isInteger(n) ? `${text}.0` : text;
  }
  if (n === 0) return Object.is(n, -0) ? "-0.0" : "0.0";
  if (!Number.isFinite(n)) return String(n);
  const text = n.toExponential();
  const sign = text.indexOf("e") + 1;
  const exponent = text.slice(sign + 1);
  return text.slice(0, sign + 1) + exponent.padStart(2, "0");
}
