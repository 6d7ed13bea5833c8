#!/usr/bin/env bash
# tsx 4.23.15: `require("tsx/esm/api").register()` does not find its own loader, while `import` of the same entry works.
#
# The package exports tsx/esm/api for CommonJS as well. That file names its loader
# relative to itself by the path that fits the package's root, dist/esm/api/esm/index.mjs, where nothing is. Whoever registers
# tsx from a CommonJS program (a command line that is bundled so, say) has to `import()` the entry, or the program ends.
#
# Seen (Node 20.20, tsx 4.23.15): see the lines below.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . tsx@4.23.15
echo 'export const answer: number = 42;' > answer.mts
cat > imported.cjs <<'JS'
import("tsx/esm/api")
  .then(({ register }) => register())
  .then(() => import("./answer.mts"))
  .then(({ answer }) => console.log(`imported: ${answer}`));
JS
cat > required.cjs <<'JS'
require("tsx/esm/api").register();
import("./answer.mts").then(({ answer }) => console.log(`required: ${answer}`));
JS
{
  node imported.cjs
  node required.cjs 2>&1 | sed -n "s|.*Cannot find module '.*/node_modules/\([^']*\)'.*|required: no \1|p" | head -1
} | tee seen
diff seen - <<'SEEN'
imported: 42
required: no tsx/dist/esm/api/esm/index.mjs
SEEN
