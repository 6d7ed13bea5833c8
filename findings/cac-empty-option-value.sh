#!/usr/bin/env bash
# cac 7.1.0: the empty value of an option becomes the number 0, or `true`, depending on how it is written.
#
# Values that look like numbers are converted, and JavaScript's Number("") is 0. An id of twenty digits loses its last ones in the
# same way. `type: [String]` does not turn it off for them.
#
# Seen (Node 20.20, cac 7.1.0): see the lines below.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . cac@7.1.0
cat > show.mjs <<'JS'
import cac from "cac";
for (const words of [["--id", ""], ["--id", " "], ["--id="], ["--id", "12345678901234567890"]]) {
  const cli = cac("show");
  cli.option("--id <id>", "An id");
  const { options } = cli.parse(["node", "show", ...words], { run: false });
  console.log(`${JSON.stringify(words)} ${JSON.stringify(options.id)}`);
}
JS
node show.mjs | tee seen
diff seen - <<'SEEN'
["--id",""] 0
["--id"," "] 0
["--id="] true
["--id","12345678901234567890"] 12345678901234567000
SEEN
