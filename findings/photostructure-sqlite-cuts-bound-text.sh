#!/usr/bin/env bash
# @photostructure/sqlite 1.2.1: text that is bound to a statement ends at its first U+0000, without an error.
#
# SQLite itself stores such text whole, and the API is that of node:sqlite, which binds it whole. Here the rest is gone before
# SQLite sees it, so "a\0b" and "a\0c" are one key of a UNIQUE column.
#
# Seen (Node 20.20, 1.2.1): stored bytes 61 instead of 610062; the second insert violates UNIQUE.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . @photostructure/sqlite@1.2.1
cat > show.mjs <<'JS'
import { DatabaseSync } from "@photostructure/sqlite";
const db = new DatabaseSync(":memory:");
db.exec("CREATE TABLE word (text TEXT UNIQUE)");
const insert = db.prepare("INSERT INTO word VALUES (?)");
insert.run("a\0b");
console.log(`stored bytes ${db.prepare("SELECT hex(text) AS bytes FROM word").get().bytes}`);
try {
  insert.run("a\0c");
} catch (error) {
  console.log(error.message);
}
JS
node show.mjs | tee seen
diff seen - <<'SEEN'
stored bytes 61
UNIQUE constraint failed: word.text
SEEN
