#!/usr/bin/env bash
# vega-loader 5.1.3 (the loader of Vega 6.4): with `parse: "auto"` a column of names such as exp-1 and exp-2 becomes dates.
#
# It takes a column for dates if `Date.parse` takes each of its values, and V8's (in Node and Chrome) takes a word and a number: up to 12
# is a month of 2001, from 32 on a year. The names are gone, replaced by milliseconds. One value that it does not take makes the
# column text, so a chart that was right with exp-13 in it is wrong without. Noticed in datalib, from which the code comes, in 2018 (issue 95).
# `parse: {"name": "string"}` keeps the names.
#
# Seen (Node 20.20, TZ=UTC), columns of two names:
#   exp-1, exp-12: date 978307200000, 1007164800000
#   exp-1, exp-13: string exp-1, exp-13
#   run 2, run 40: date 980985600000, 2208988800000
#   loss 0.1, loss 0.5: date 946684800000, 957139200000
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . vega-loader@5.1.3
cat > show.mjs <<'JS'
import { inferType, read } from "vega-loader";

for (const names of [
  ["exp-1", "exp-12"],
  ["exp-1", "exp-13"],
  ["run 2", "run 40"],
  ["loss 0.1", "loss 0.5"],
]) {
  const rows = read(`name\n${names.join("\n")}\n`, { type: "csv", parse: "auto" });
  console.log(`${names.join(", ")}: ${inferType(names)} ${rows.map((row) => row.name).join(", ")}`);
}
JS
TZ=UTC node show.mjs | tee seen
diff seen - <<'SEEN'
exp-1, exp-12: date 978307200000, 1007164800000
exp-1, exp-13: string exp-1, exp-13
run 2, run 40: date 980985600000, 2208988800000
loss 0.1, loss 0.5: date 946684800000, 957139200000
SEEN
