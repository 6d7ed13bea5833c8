#!/usr/bin/env bash
# yaml 2.9.1 (npm), version: "1.1": the plain scalars `e5`, `E5` and every other e with digits are NaN, as if they were floats
# without a mantissa. YAML 1.1 wants a digit or a dot first; in its default mode the package reads a string, as PyYAML does.
# Seen with yaml 2.9.1 on Node 20.20, 2026-11-30:
#   1.1 e5: NaN (number)
#   1.2 e5: e5 (string)
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund yaml@2.9.1
cat > read.mjs <<'JS'
import { parse } from "yaml";
let asSeen = true;
for (const text of ["e5", "E5", "e0", "e123"]) {
  const [old, young] = [parse(text, { version: "1.1" }), parse(text)];
  console.log(`1.1 ${text}: ${old} (${typeof old})\n1.2 ${text}: ${young} (${typeof young})`);
  asSeen &&= Number.isNaN(old) && young === text;
}
process.exit(asSeen ? 0 : 1);
JS
node read.mjs
