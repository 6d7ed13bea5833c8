/** The commands that bring runs from other systems, and take them there. */
import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";
import { LIMIT, WHICH_EXECUTIONS } from "./log.ts";

export const IMPORT = defineCommand({
  name: "import",
  args: "<file>",
  about: "Bring runs, tags and tag edits from another system's log",
  options: [
    {
      flags: "--from <system>",
      about: "What wrote it: redun, mlflow, dvc, openlineage; or its form: csv, jsonl",
    },
    {
      flags: "--map <field=column>",
      about: "Which column of csv or jsonl is which field",
      repeats: true,
    },
    { flags: "--dry-run", about: "Show what would be imported; write nothing" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "import --from redun .redun/redun.db   redun's database, as it is",
    "import --from redun postgresql://user@host/db",
    "import --from redun runs.jsonl        what `redun export --file runs.jsonl` wrote",
    "redun export | redun-git import --from redun -",
    "import --from mlflow mlruns           a folder, or a database mlflow.db",
    "import --from dvc .                   the experiments of this repository",
    "import --from csv runs.csv --map started=Date --map arg.rate=lr",
  ],
});

export const EXPORT = defineCommand({
  name: "export",
  args: "[...executions]",
  about: "Write executions for another system: those named, or all that the filters leave",
  options: [
    {
      flags: "--to <system>",
      about:
        "What is to read it: redun, openlineage, prov, prov-o, mermaid, dot, ro-crate, in-toto",
    },
    { flags: "-o, --output <file>", about: "Write to this file, or folder, instead of stdout" },
    { flags: "--post <url>", about: "Of openlineage: send to this server what it has not got yet" },
    { flags: "--sign", about: "Of in-toto: signed envelopes, by the ssh key of git's config" },
    ...WHICH_EXECUTIONS,
    { ...LIMIT, about: "At most this many executions, the newest (default: all)" },
    ...WHICH_LOG,
  ],
  examples: [
    "export --to redun -o runs.jsonl       all of them; `redun import --file runs.jsonl` reads it",
    "export --to redun -t env=prod --since 1w",
    "export - --to mermaid                 the latest one, as a diagram",
    "export --to openlineage --since 1d    events, one a line",
    "export --to openlineage --since 1d --post https://lineage.example.com",
    "export - --to prov -o run.prov.json   for W3C PROV's tools",
    "export - --to ro-crate -o run.zip     with its files, for an archive",
    "export - --to in-toto --sign          what the files of a run were made of",
  ],
});
