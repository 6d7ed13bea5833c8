#!/usr/bin/env bash
# uvu 0.5.6: a test that throws something other than an Error, and a suite whose `before` hook fails, end with status 0.
#
# The totals say "Passed: 0" of "Total: 1", but the exit status is that of a success, and nothing is printed about the
# failure. A runner that trusts the status reports such a file as green.
#
# Seen (Node 20.20, uvu 0.5.6): both files print Total 1, Passed 0, and end with status 0.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . uvu@0.5.6
cat > throws.mjs <<'JS'
import { test } from "uvu";
test("throws a string", () => {
  throw "not an Error";
});
test.run();
JS
cat > before.mjs <<'JS'
import { suite } from "uvu";
const tests = suite("prepared");
tests.before(() => {
  throw new Error("the preparation failed");
});
tests("needs the preparation", () => {});
tests.run();
JS
for file in throws before; do
  status=0; node $file.mjs > out || status=$?
  echo "$file: $(grep -o 'Total: *[0-9]*' out | tr -s ' '), $(grep -o 'Passed: *[0-9]*' out | tr -s ' '), status $status"
done | tee seen
diff seen - <<'SEEN'
throws: Total: 1, Passed: 0, status 0
before: Total: 1, Passed: 0, status 0
SEEN
