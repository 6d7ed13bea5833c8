/** The words of a line as far as the cursor, the last one of which is being written: quotes and backslashes are taken off. */
export function wordsOf(line: string): string[] {
  const words = [""];
  let isBetween = true;
  for (const [piece] of line.matchAll(/\s+|'[^']*'?|"(?:\\.|[^"\\])*"?|\\.?|[^\s'"\\]+/gs)) {
    if (/^\s/.test(piece)) {
      if (!isBetween) words.push("");
      isBetween = true;
      continue;
    }
    isBetween = false;
    words.push(words.pop()! + plain(piece));
  }
  return words;
}

function plain(piece: string): string {
  if (piece.startsWith("'")) return piece.replace(/^'|'$/g, "");
  if (piece.startsWith('"'))
    return piece.replace(/^"|(?<!\\)"$/g, "").replace(/\\(["\\$`])/g, "$1");
  return piece.startsWith("\\") ? piece.slice(1) : piece;
}
