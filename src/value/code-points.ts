/**
 * Orders strings by Unicode code point, as Python and UTF-8 bytes do. JavaScript's own order is
 * by UTF-16 unit, which puts everything above U+FFFF before U+E000.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length) {
    const x = a.codePointAt(i)!;
    const y = b.codePointAt(i)!;
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}

const SURROGATE = /[\ud800-\udfff]/;

/** The own enumerable string keys of an object, in code-point order. */
export function sortedKeys(object: object): string[] {
  const keys = Object.keys(object);
  for (let i = 1; i < keys.length; i++) {
    if (keys[i - 1]! > keys[i]!) {
      keys.sort();
      break;
    }
  }
  return keys.some((key) => SURROGATE.test(key)) ? keys.sort(compareCodePoints) : keys;
}
