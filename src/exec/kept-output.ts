/** Bytes that are kept of the head of an output, and of its tail, unless somebody wants other ones. */
export const KEPT_BYTES = 8192;

/** What is kept of a stream: all of a short one, head and tail of a long one. */
export class KeptOutput {
  readonly #limit: number;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #bytes = 0;

  /** @param limit bytes of the head, and again of the tail */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const room = Math.min(this.#limit - this.#headBytes, chunk.length);
    // Copied: a slice would keep the whole chunk alive.
    if (room > 0) this.#head.push(Buffer.from(chunk.subarray(0, room)));
    this.#headBytes += room;
    const rest = chunk.subarray(room);
    if (rest.length === 0) return;
    this.#tail.push(Buffer.from(rest.subarray(-this.#limit)));
    this.#tailBytes += this.#tail.at(-1)!.length;
    while (this.#tailBytes - this.#tail[0]!.length >= this.#limit) {
      this.#tailBytes -= this.#tail.shift()!.length;
    }
  }

  /** All of it; null where something was left out. */
  whole(): Buffer | null {
    const bytes = Buffer.concat([...this.#head, ...this.#tail]);
    return bytes.length === this.#bytes ? bytes : null;
  }

  /** The text, or `{ head, tail, bytes }` where something between the two was left out. */
  value(): string | { head: string; tail: string; bytes: number } {
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail).subarray(-this.#limit);
    if (head.length + tail.length === this.#bytes) return Buffer.concat([head, tail]).toString();
    return { head: wholeEnd(head), tail: wholeStart(tail), bytes: this.#bytes };
  }
}

/** Without the bytes of a character that was cut in two at the end. */
function wholeEnd(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 3 && (bytes[end - 1]! & 0xc0) === 0x80) end--;
  const first = bytes[end - 1] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  const isWhole = end - 1 + length <= bytes.length;
  return bytes.subarray(0, isWhole ? bytes.length : end - 1).toString();
}

/** Without the bytes of a character that was cut in two at the start. */
function wholeStart(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start).toString();
}
