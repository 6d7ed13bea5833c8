/** Bytes before and after a delta is applied, and where its instructions begin. */
export interface DeltaSizes {
  readonly before: number;
  readonly after: number;
  readonly start: number;
}

/** @throws Error where it is cut off */
export function deltaSizes(delta: Buffer): DeltaSizes {
  let at = 0;
  const next = () => {
    let size = 0;
    let byte = 128;
    for (let factor = 1; byte & 128; factor *= 128) {
      byte = delta.readUInt8(at++);
      size += (byte & 127) * factor;
    }
    return size;
  };
  const before = next();
  const after = next();
  return { before, after, start: at };
}

/**
 * What comes of a delta (gitformat-pack(5), "Deltified representation"); it is given room for as many
 * bytes as it says.
 * @throws Error where it does not fit its base, or is damaged
 */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const { before, after, start } = deltaSizes(delta);
  if (before !== base.length) throw new Error("a delta of something else");
  const made = Buffer.allocUnsafeSlow(after);
  let at = start;
  let done = 0;
  while (at < delta.length) {
    const instruction = delta[at++]!;
    let from = 0;
    let length = instruction;
    let source = delta;
    if (instruction & 128) {
      length = 0;
      for (let bit = 0; bit < 4; bit++) {
        if (instruction & (1 << bit)) from += delta.readUInt8(at++) * 256 ** bit;
      }
      for (let bit = 0; bit < 3; bit++) {
        if (instruction & (16 << bit)) length += delta.readUInt8(at++) * 256 ** bit;
      }
      length ||= 0x10000;
      source = base;
    } else {
      from = at;
      at += length;
    }
    const isWithin = length > 0 && from + length <= source.length && done + length <= after;
    if (!isWithin) throw new Error("a delta of more than there is");
    source.copy(made, done, from, from + length);
    done += length;
  }
  if (done !== after) throw new Error("a delta of less than it says");
  return made;
}
