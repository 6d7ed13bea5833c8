/**
 * The lines of UTF-8 text that comes in pieces. They end at `\n`, or `\r\n`: Node's `readline` takes
 * U+2028 and a lone `\r` for an end too, which are text here.
 */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest: string[] = [];
  for await (const piece of pieces) {
    const lines = decoder.decode(piece, { stream: true }).split("\n");
    const last = lines.pop()!;
    for (const line of lines) {
      yield withoutReturn(rest.length > 0 ? rest.join("") + line : line);
      rest = [];
    }
    // A line of many pieces is joined once.
    if (last !== "") rest.push(last);
  }
  const last = rest.join("") + decoder.decode();
  if (last !== "") yield last;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
