import { suite } from "uvu";
import * as assert from "uvu/assert";
import { longName, takesValue } from "../../cli/argv.ts";
import type { Options } from "../../cli/command.ts";
import { COMMANDS } from "../../cli/commands.ts";
import { listedJson } from "../../cli/json/entities.ts";
import { selectionOf, typesOf } from "../../cli/selection.ts";
import { jsonText } from "../../cli/text/json.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { listed } from "../../src/provenance/listing.ts";
import { listedEntity } from "../../src/views/search.ts";
import { cli, jsonLines, ok, record, start, workflowRepository } from "../support/cli.ts";
import { jobOf, recorded } from "../support/recorded.ts";
import { sampleLog } from "../support/sample.ts";

const WORKFLOW = `
import { writeFileSync } from "node:fs";
import { File, task } from "redun-git";
export const namespace = "ns";
export const half = task({ tags: { team: "qa" } }, (n: number) => n / 2);
export const name = task((n: number) => "n" + n);
export const main = task(function main(n: number) { return [half(n), name(n)]; });
export const bad = task(function bad() { throw new Error("\\u001b[31mno\\nway"); });
export const out = task(function out() { writeFileSync("out.csv", "1"); return new File("out.csv"); });
`;

const { dir } = workflowRepository({ "w.ts": WORKFLOW });
record(dir, ["-t", "env=prod", "-t", "cost=3.5", "-u", "ann", "w.ts", "main", "--n", "4"]);
record(dir, ["-t", "env=dev", "-t", "cost=10", "-u", "bob", "w.ts", "main", "--n", "6"]);
record(dir, ["-t", "env=prod", "-u", "rasmus", "w.ts", "out"]);
cli(dir, ["run", "-q", "-t", "env=prod", "-t", "env=dev", "-u", "bob", "w.ts", "bad"]);
record(dir, ["--no-cache", "-t", "env=prod", "-u", "ann", "w.ts", "half", "--n", "4"]);
const log = recorded(dir);
const [outId] = [...log.executions.filter(({ task }) => task === "ns.out")].map(({ id }) => id);
const name4 = log.jobs.find(({ result }) => result === "n4")!;

const filters = suite("log: filters");

const SPEC = COMMANDS.find(({ name }) => name === "log")!;

/** Options of a command line, as the command gets them. */
function optionsOf(words: readonly string[]): Options {
  const options: Record<string, Options[string]> = {};
  for (let at = 0; at < words.length; at++) {
    const option = SPEC.options.find(({ flags }) => flags.split(/[ ,]+/).includes(words[at]!))!;
    const name = longName(option).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (!takesValue(option)) options[name] = true;
    else if (!option.repeats) options[name] = words[++at]!;
    else options[name] = [...((options[name] ?? []) as string[]), words[++at]!];
  }
  return options;
}

/** What the listing has of each type, in this process, which is much faster than a command. */
async function listedFacts(args: readonly string[]) {
  const { limit = "1000", ...options } = optionsOf(args);
  const log = await IndexedLog.open({ cwd: dir });
  try {
    await log.refresh();
    const selection = await selectionOf(log, options);
    const all = [];
    for (const type of typesOf(options)) {
      const entities = await listed(log, type, selection, Number(limit));
      all.push(
        ...entities.map((entity) => jsonText(listedJson(listedEntity(log, entity, "whole")))),
      );
    }
    return jsonLines(all.join("\n"));
  } finally {
    await log.close();
  }
}

async function found(...args: string[]): Promise<string> {
  return (await listedFacts(args))
    .map(({ _type, task, name, type, value, path, args: argv }) => {
      const last = _type === "Execution" ? argv.at(-1) : "";
      if (_type === "Execution") return task.slice(3) + (/^\d$/.test(last) ? last : "");
      if (_type === "Value") return path ?? (type === "error" ? "error" : JSON.stringify(value));
      return `${_type[0]}:${(task ?? name).slice(3)}`;
    })
    .join(" ");
}

for (const [args, expected] of [
  ["", "half4 bad out main6 main4"],
  ["-t env=prod", "half4 bad out main4"],
  ["-t env!=prod", "main6"],
  ["-t env~d*", "bad main6"],
  ["-t cost>3", "main6 main4"],
  ["-t cost>=10", "main6"],
  ["-t c*=10", "main6"],
  ["--where user=bob", "bad main6"],
  ["--where status=failed", "bad"],
  [`--where exec=${outId!.slice(0, 12)}`, "out"],
  ["--where arg=6", "main6"],
  ["--where task=main -t env=dev", "main6"],
  ["--exec-tag env=dev", "bad main6"],
  ["--author bob --author r*", "bad out main6"],
  ["--since yesterday --until today", "half4 bad out main6 main4"],
  ["--until yesterday", ""],
  ["--exec-status FAILED,interrupted", "bad"],
  [`--exec-id -,${outId}`, "half4 out"],
  ["--exec-id ~1", "bad"],
  ["--limit 2", "half4 bad"],
  ["--job --exec-tag env=dev", "J:bad J:name J:half J:main"],
  ["--job -t team=qa", "J:half J:half J:half"],
  ["--job -t team=qa --where user=ann", "J:half J:half"],
  ["--job-status done --task-name half", "J:half J:half J:half"],
  ["--job-status FAILED", "J:bad"],
  ["--exec-status FAILED --job", "J:bad"],
  ["--task-name name", "J:name J:name T:name"],
  ["--task-name ns.name --job", "J:name J:name"],
  ["--task-name s.name", ""],
  [`--task-hash ${jobOf(log, "ns.bad").taskHash}`, "J:bad T:bad"],
  [`--task-hash ${jobOf(log, "ns.bad").taskHash.slice(0, 6)} --task`, "T:bad"],
  ["--task", "T:bad T:half T:main T:name T:out"],
  ["--task --exec-tag env=dev", "T:bad T:half T:main T:name"],
  ["--task -t team=qa", "T:half"],
  ["--task --exec-id -", "T:half"],
  ["--call-node", "C:half C:bad C:out C:name C:half C:main C:name C:main"],
  ["--call-node --where task=main", "C:main C:main"],
  ["--call-node --where status=failed", "C:bad"],
  ["--call-node -t x", ""],
  ["--call-node --author bob", "C:bad C:name C:half C:main"],
  ["--value --value-type string", '"n6" "n4"'],
  ["--value --value-type builtins.str --exec-tag cost>4", '"n6"'],
  ["--value --author bob", 'error "n6" 6 3 [3,"n6"]'],
  ["--value --where not%x --limit 2", "2 4"],
  ["--file", "out.csv"],
  ["--file-path o*.csv", "out.csv"],
  ["--file-path *.txt", ""],
  ["--file --exec-tag env=dev", ""],
  ["--value --value-type redun.File", "out.csv"],
] as const) {
  const words = args
    .split(" ")
    .filter(Boolean)
    .map((word) => word.replace("%", " "));
  filters(`log ${args} finds ${expected || "nothing"}`, async () => {
    const actual = await found(...words);
    assert.equal(actual.split(" ").sort(), expected.split(" ").sort());
    if (/^--(exec|job|author|limit|until)|^-t|^$/.test(args)) assert.is(actual, expected);
  });
}

filters("jobs by the ids of their result and arguments", async () => {
  const [n4] = jsonLines(ok(dir, ["log", "--value", "--format", "json"])).filter(
    ({ value }) => value === "n4",
  );
  const [four] = (await listedFacts(["--value"])).filter(({ value }) => value === 4);
  assert.is(await found("--result", n4.id), "J:name");
  assert.is(await found("--result", n4.id.slice(0, 5)), "J:name");
  assert.is(await found("--arg", n4.id), "");
  assert.is(await found("--arg", four.id), "J:half J:name J:half J:main");
  assert.is(await found("--arg", four.id, "--result", n4.id), "J:name");
});

filters("--count has a line for each type, in redun's shape", async () => {
  const all =
    "       5 Execution\n       9 Job\n       8 CallNode\n       5 Task\n      10 Value\n";
  assert.is(ok(dir, ["log", "--all", "--count"]), all);
  const json = jsonLines(ok(dir, ["log", "--all", "--format", "json"]));
  assert.is(json.length, 5 + 9 + 8 + 5 + 10);
  assert.is(ok(dir, ["log", "--count", "-t", "env=dev"]), "       2 Execution\n");
  assert.is(
    ok(dir, ["log", "--count", "-n", "1", "--format", "json"]),
    '{"type":"Execution","count":5}\n',
  );
  for (const words of [
    "--value --exec-tag env=dev",
    "--call-node --exec-tag env=dev",
    "--value --value-type string",
    "--job --where task=half",
    "--file",
  ]) {
    const args = words.split(" ");
    const count = (await listedFacts(args)).length;
    assert.match(ok(dir, ["log", "--count", ...args]), new RegExp(`^ +${count} \\w+\\n$`));
  }
});

filters("--detail prints the page of each", () => {
  const text = ok(dir, ["log", "--job", "--detail", "-t", "team=qa"]);
  assert.is(text.match(/^Job [0-9a-f]{40} /gm)?.length, 3);
  assert.is(text.match(/ {2}Result: /g)?.length, 3);
  const [job] = jsonLines(
    ok(dir, ["log", "--job", "--detail", "--format", "json", "--result", name4.id, "-n", "1"]),
  );
  assert.is(job, undefined);
  const jobs = jsonLines(
    ok(dir, ["log", "--task-name", "name", "--job", "--detail", "--format", "json"]),
  );
  assert.equal(
    jobs.map(({ result }) => result),
    ["n6", "n4"],
  );
});

filters("lines of every type, safe for a terminal", () => {
  const text = ok(dir, ["log", "--all"]);
  for (const line of [
    /^Exec [0-9a-f]{8} \[FAILED\] .*: {2}run .* bad \(/m,
    /^Job [0-9a-f]{8} \[ DONE \] .*: {2}ns\.half\(n=4\) \(team=qa\)$/m,
    /^CallNode [0-9a-f]{8} ns\.half\(n=6\)$/m,
    /^Task [0-9a-f]{8} ns\.half \(team=qa\)$/m,
    /^Value [0-9a-f]{8} string 'n4'$/m,
    /^Value [0-9a-f]{8} file out\.csv$/m,
    /^Value [0-9a-f]{8} error Error\(.*31mno\\nway'\)$/m,
  ]) {
    assert.match(text, line);
  }
  assert.not.match(text, /[\x00-\x09\x0b-\x1f]/);
});

filters("tags of a value and of a call node are found", async () => {
  const value = jsonLines(ok(dir, ["log", "--value", "--format", "json"])).find(
    (one) => one.value === "n4",
  );
  const [call] = jsonLines(
    ok(dir, ["log", "--call-node", "--where", "task=name", "--format", "json"]),
  );
  ok(dir, ["tag", "add", value.id, call.id, "seen=1"]);
  assert.is(await found("--value", "-t", "seen"), '"n4"');
  assert.is(await found("--value", "-t", "seen", "--exec-tag", "env=prod"), '"n4"');
  assert.is(await found("--value", "-t", "seen", "--exec-tag", "env=dev"), "");
  assert.is(await found("--call-node", "-t", "seen=1"), "C:name");
  assert.not.ok((await found("--value", "--where", "not seen")).split(" ").includes('"n4"'));
  assert.is(ok(dir, ["log", "--value", "--count", "-t", "seen"]), "       1 Value\n");
  assert.match(
    ok(dir, ["log", "--value", "-t", "seen"]),
    /^Value [0-9a-f]{8} string 'n4' \(seen=1\)\n$/,
  );
});

for (const [args, status, pattern] of [
  [
    ["--where", "cost >"],
    1,
    /error: The query.* expected a value after >.* \[BAD_QUERY\]\n {2}cost >\n {8}\^\n/,
  ],
  [["-t", "cost>x"], 1, /expected a number or a time .* after > \[BAD_QUERY\]/],
  [["--since", "soon"], 2, /--since is "soon"/],
  [["--exec-status", "FINE"], 2, /--exec-status is "FINE"; a status is one of RUNNING, DONE/],
  [["--job-status", "STOPPED"], 2, /--job-status is "STOPPED"/],
  [["--exec-id", "zz"], 1, /UNKNOWN_ID/],
  [["--exec-id", name4.id], 1, /is a Job, not an Execution/],
  [["--exec", "--task-name", "main"], 2, /nothing to list: --task-name is for Jobs and Tasks/],
  [["--file", "--job"], 2, /--file is for Values/],
  [["-", "--job"], 2, /nothing to filter/],
] as const) {
  const { ended } = start(dir, ["log", ...args]);
  filters(`log ${args.join(" ")} is refused`, async () => {
    const result = await ended;
    assert.is(result.status, status);
    assert.is(result.stdout, "");
    assert.match(result.stderr, pattern);
  });
}

filters("nothing found is said in text, and empty as JSON", async () => {
  assert.is(ok(dir, ["log", "--job", "-t", "no=1"]), "No jobs in refs/redun/main match no = 1.\n");
  assert.is(
    ok(dir, ["log", "--task-name", "no"]),
    "No jobs or tasks in refs/redun/main match task = no.\n",
  );
  assert.is(ok(dir, ["log", "--file-path", "no"]), "No files in refs/redun/main match.\n");
  assert.is(ok(dir, ["log", "--job", "-t", "no=1", "--format", "json"]), "");
  const empty = await sampleLog([]);
  assert.is(ok(empty.dir, ["log", "--all", "--count"]).match(/^ {7}0 /gm)?.length, 5);
});

filters.run();
