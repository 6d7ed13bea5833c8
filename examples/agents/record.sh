#!/bin/sh
# Records a coding agent's session, or any program that calls a language model, with its numbers as tags.
#
#     sh record.sh "Make the tests pass"
#
# `agent` stands for your agent: a program that takes a task, and writes what it used as JSON.
set -eu

# Where a tool keeps its session notes beside the commits, name them: `git notes --ref=<name> show <commit>`.
notes=$(git for-each-ref --format='%(refname)' --count=1 refs/notes/agent)

redun-git exec --name agent -t "session_notes=${notes:-none}" -- sh -c '
  mkdir -p .sessions && transcript=$(mktemp .sessions/XXXXXXXX)
  # What it prints to its standard output would be recorded, head and tail.
  agent --usage-file "$transcript.usage" "$1" > "$transcript"

  # The names of OpenTelemetry: which model was asked for, which one answered, what it took.
  jq -r "to_entries[] | \"\(.key)=\(.value | tojson)\"" "$transcript.usage" >> "$REDUN_TAGS"
  # A file is recorded by its path, hash and size. Its text stays out of git.
  echo "file $transcript" >> "$REDUN_TAGS"
' agent "$1"
