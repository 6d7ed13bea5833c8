#!/usr/bin/env bash
# go-yaml (gopkg.in/yaml.v3 3.0.1, go.yaml.in/yaml/v4 4.0.0-rc.2) removes underscores before it looks for the prefix of a number, and
# hands the rest to a parser that takes a sign again: the plain scalars `0_x1f`, `0b+1` and `0o-7` are integers. No YAML has
# such forms: libyaml's and the other readers we tried have strings. goccy/go-yaml 1.18.0 shares the first, not the second.
# Programs built on them do as well: `yq` takes `0b+1` for !!int.
# Seen with Go 1.26, 2026-11-30:
#   0_x1f: v3 31 (int), v4 31 (int), goccy 31 (uint64)
#   0b+1: v3 1 (int), v4 1 (int), goccy 0b+1 (string)
#   0o-7: v3 -7 (int), v4 -7 (int), goccy 0o-7 (string)
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOPATH="$dir/go" GOFLAGS="-mod=mod -modcacherw"
cat > go.mod <<'MOD'
module read

go 1.21

require (
	github.com/goccy/go-yaml v1.18.0
	go.yaml.in/yaml/v4 v4.0.0-rc.2
	gopkg.in/yaml.v3 v3.0.1
)
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	goccy "github.com/goccy/go-yaml"
	v4 "go.yaml.in/yaml/v4"
	v3 "gopkg.in/yaml.v3"
)

func read(unmarshal func([]byte, any) error, text string) string {
	var value any
	if err := unmarshal([]byte(text), &value); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%v (%T)", value, value)
}

func main() {
	asSeen := true
	for _, seen := range [][]string{
		{"0_x1f", "31 (int)", "31 (int)", "31 (uint64)"},
		{"0b+1", "1 (int)", "1 (int)", "0b+1 (string)"},
		{"0o-7", "-7 (int)", "-7 (int)", "0o-7 (string)"},
	} {
		text := seen[0]
		third, fourth := read(v3.Unmarshal, text), read(func(b []byte, v any) error { return v4.Unmarshal(b, v) }, text)
		other := read(func(b []byte, v any) error { return goccy.Unmarshal(b, v) }, text)
		fmt.Printf("%s: v3 %s, v4 %s, goccy %s\n", text, third, fourth, other)
		asSeen = asSeen && third == seen[1] && fourth == seen[2] && other == seen[3]
	}
	if !asSeen {
		os.Exit(1)
	}
}
GO
go run . 2> errors || { cat errors; exit 1; }
