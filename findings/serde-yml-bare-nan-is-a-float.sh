#!/usr/bin/env bash
# serde_yml 0.0.13 (Rust): the plain scalars `nan`, `inf` and `infinity`, in any case and with a sign, are floats. YAML 1.1 and
# 1.2 want a dot (`.nan`, `.inf`), and serde_yaml 0.9.34, whose place it takes, reads strings. Its writer does not quote them
# either, so a text "nan" that it wrote does not come back; as JSON it is null.
# Seen with serde_yml 0.0.13 (noyalib 0.0.5 below it; noyalib 0.0.58 by itself reads strings) on Rust 1.95, 2026-11-30:
#   nan: serde_yaml "nan", serde_yml null, written by serde_yml as nan
#   Infinity: serde_yaml "Infinity", serde_yml null, written by serde_yml as Infinity
#   -inf: serde_yaml "-inf", serde_yml null, written by serde_yml as -inf
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "read"
version = "0.1.0"
edition = "2021"

[dependencies]
serde_json = "=1.0.154"
serde_yaml = "=0.9.34"
serde_yml = "=0.0.13"
TOML
cat > src/main.rs <<'RS'
use serde_json::Value;

fn main() {
    let mut as_seen = true;
    for text in ["nan", "Infinity", "-inf"] {
        let before: Value = serde_yaml::from_str(text).unwrap();
        let after: Value = serde_yml::from_str(text).unwrap();
        let written = serde_yml::to_string(&text).unwrap();
        println!("{text}: serde_yaml {before}, serde_yml {after}, written by serde_yml as {}", written.trim());
        as_seen &= before == Value::from(text) && after == Value::Null && written.trim() == text;
    }
    std::process::exit(if as_seen { 0 } else { 1 });
}
RS
cargo run --quiet
