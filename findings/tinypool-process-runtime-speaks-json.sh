#!/usr/bin/env bash
# tinypool 2.2.0: the `runtime` option changes what a worker is given. With `worker_threads` an argument is cloned; with `child_process`
# it goes through JSON, and nothing says so: a Map and a Set become {}, a typed array an object of its digits, a Date a text, NaN
# null, -0 zero, and a property that is undefined goes. Results come back the same way.
# Seen with tinypool 2.2.0 on Node 20.20, 2026-11-30:
#   worker_threads: Map(1) { 1 => 2 } Set(1) { 3 } Uint8Array(1) [ 4 ] 1970-01-01T00:00:00.000Z NaN -0 { a: undefined }
#   child_process: {} {} { '0': 4 } '1970-01-01T00:00:00.000Z' null 0 {}
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund tinypool@2.2.0
cat > worker.mjs <<'JS'
import { inspect } from "node:util";
export default (values) => values.map((value) => inspect(value)).join(" ");
JS
cat > pools.mjs <<'JS'
import { Tinypool } from "tinypool";

const values = [new Map([[1, 2]]), new Set([3]), new Uint8Array([4]), new Date(0), NaN, -0, { a: undefined }];
const seen = {
  worker_threads: "Map(1) { 1 => 2 } Set(1) { 3 } Uint8Array(1) [ 4 ] 1970-01-01T00:00:00.000Z NaN -0 { a: undefined }",
  child_process: "{} {} { '0': 4 } '1970-01-01T00:00:00.000Z' null 0 {}",
};
let asSeen = true;
for (const runtime of ["worker_threads", "child_process"]) {
  const pool = new Tinypool({ filename: new URL("worker.mjs", import.meta.url).href, runtime, maxThreads: 1 });
  const given = await pool.run(values);
  console.log(`${runtime}: ${given}`);
  asSeen &&= given === seen[runtime];
  await pool.destroy();
}
process.exit(asSeen ? 0 : 1);
JS
node pools.mjs
