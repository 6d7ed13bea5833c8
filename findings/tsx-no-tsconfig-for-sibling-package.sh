#!/usr/bin/env bash
# tsx 4.23.15: a file of a sibling package is compiled with no tsconfig.json at all, though both packages have one.
#
# tsx reads one tsconfig.json (that of the current directory, or --tsconfig) and applies its compile options to the files that it
# includes: those below it. A file outside gets neither that one nor the one next to it, but the defaults. So a monorepo's
# packages that all set the same jsxFactory break as soon as one imports another's source.
#
# Seen (Node 20.20, tsx 4.23.15): see the lines below. A tsconfig.json above both packages helps.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . tsx@4.23.15
mkdir a b
for package in a b; do
  echo '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }' > $package/tsconfig.json
  cat > $package/view.tsx <<'TSX'
const h = (name: string) => `made by h: ${name}`;
export const view = () => <p />;
TSX
done
cat > a/main.ts <<'TS'
import { view as own } from "./view.tsx";
import { view as sibling } from "../b/view.tsx";
for (const [name, view] of Object.entries({ own, sibling })) {
  try {
    console.log(`${name}: ${view()}`);
  } catch (error) {
    console.log(`${name}: ${error}`);
  }
}
TS
{
  (cd a && ../node_modules/.bin/tsx main.ts)
  cp a/tsconfig.json . && echo "with one above both:"
  node_modules/.bin/tsx a/main.ts
} | tee seen
diff seen - <<'SEEN'
own: made by h: p
sibling: ReferenceError: React is not defined
with one above both:
own: made by h: p
sibling: made by h: p
SEEN
