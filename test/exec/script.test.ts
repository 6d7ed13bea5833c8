// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are scripts
/** Scripts as jobs: real shells and interpreters. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File, out, type RedunError, Scheduler, script, task } from "../../src/api.ts";
import { renderedScript, templateText } from "../../src/exec/script-text.ts";
import type { ErrorValue } from "../../src/value/value.ts";
import fc from "../support/property.ts";
import { jobOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";
import { skipped } from "../support/skipped.ts";
import { until } from "../support/until.ts";

const scripts = suite("script");

const repository = temporaryRepository();
const here = (name: string) => join(repository.dir, name);
const scheduler = new Scheduler({ cwd: repository.dir });

async function failure(expression: unknown): Promise<Error> {
  try {
    await scheduler.run(expression);
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

scripts("gives what it prints", async () => {
  assert.is(await scheduler.run(script`echo one; echo two`), "one\ntwo\n");
  assert.is(await scheduler.run(script`true`), "");
});

scripts("gives its output, a list of them, or an object where they have names", async () => {
  const input = await new File(here("in.txt")).write("b\na\n");
  const one = await scheduler.run(script`sort ${input} > ${out(here("deep/sorted.txt"))}`);
  assert.instance(one, File);
  assert.is(readFileSync(one.path, "utf8"), "a\nb\n");
  const [first, second] = await scheduler.run(
    script`tee ${out(here("1.txt"))} < ${input} > ${out(here("2.txt"))}`,
  );
  assert.equal([await first.read(), await second.read()], ["b\na\n", "b\na\n"]);
  const { head, tail } = await scheduler.run(script`
    head -n 1 ${input} > ${out(here("head.txt"), "head")}
    tail -n 1 ${input} > ${out(here("tail.txt"), "tail")}
  `);
  assert.equal([await head.read(), await tail.read()], ["b\n", "a\n"]);
});

scripts("its files are arguments and results, and lazy values may stand in it", async () => {
  const { dir } = temporaryRepository();
  const write = task({ name: "write" }, (text: string) => new File(join(dir, "w.txt")).write(text));
  const name = task({ name: "name" }, () => join(dir, "copy.txt"));
  const main = task({ name: "main" }, () => script`cp ${write("x\n")} ${out(name())}`);
  const copy = await new Scheduler({ cwd: dir }).run(main());
  assert.is(
    copy.hash,
    copy.hash && spawnSync("git", ["hash-object", copy.path]).stdout.toString().trim(),
  );
  const jobs = recorded(dir);
  const job = jobOf(jobs, "redun.script");
  const args = job.args as ReadonlyMap<string, unknown>;
  assert.is(args.get("script"), "cp ${1} ${2}");
  const [file, made] = args.get("values") as [File, { out: string }];
  assert.equal([file.path, made.out], ["w.txt", join(dir, "copy.txt")]);
  assert.is(file.hash, jobOf(jobs, "write").result && (jobOf(jobs, "write").result as File).hash);
  assert.equal([...job.from.values()].flat().length, 2);
  assert.equal(
    job.tags.filter(([key]) => key === "exit_status"),
    [["exit_status", 0]],
  );
});

scripts("a value is never code: any text, wherever it stands in a shell", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 30 }).filter((text) => !text.includes("\0")),
      (raw) => {
        const text = raw.toWellFormed();
        const said = (template: TemplateStringsArray, ...values: unknown[]) => {
          const { words, text } = renderedScript(templateText(template.raw), values);
          const path = here("said.sh");
          writeFileSync(path, text);
          return spawnSync(words[0]!, [...words.slice(1), path]).stdout.toString();
        };
        assert.is(said`printf %s ${text}`, text);
        assert.is(said`printf %s "<${text}>" # ${text}`, `<${text}>`);
        assert.is(said`printf %s "$(printf %s ${text}; printf .)"`, `${text}.`);
        assert.is(said`cat <<END\n${text}\nEND`, said`cat <<END\n${text}\nEND`);
        assert.is(said`printf %s a${text}b${[text, 1]}`, `a${text}b${text}1`);
      },
    ),
    { numRuns: 10 },
  );
});

scripts("what a hostile text would run is not run", () => {
  for (const text of [
    "$(touch HACKED)`touch HACKED`",
    "';touch HACKED;'\";touch HACKED;\"",
    "\ntouch HACKED\nEND\ntouch HACKED\n",
  ]) {
    for (const template of [
      "echo ${1}",
      'echo "${1}"',
      "echo $(echo ${1})",
      'echo "$(echo "${1}")"',
      "cat <<END\n${1}\nEND",
      "echo `echo ${1}`",
      "# ${1}\necho",
      "cat <<-END\n\t${1}\n\tEND",
      "echo ${HOME:-${1}}",
      'echo "it\'s ${1}"',
      "# it's\necho ${1}",
      'echo $((1)) \\" ${1}',
      "case a in a) echo ${1};; esac",
      "[[ x == ${1} ]] || true",
    ]) {
      const { words, text: whole } = renderedScript(template, [text]);
      writeFileSync(here("hostile.sh"), whole);
      spawnSync(words[0]!, [...words.slice(1), "hostile.sh"], { cwd: repository.dir });
      assert.not(existsSync(here("HACKED")), `${template} with ${text}`);
    }
    for (const template of ["echo '${1}'", "cat <<'END'\n${1}\nEND"]) {
      assert.throws(() => renderedScript(template, [text]), /single quotes/);
    }
  }
});

scripts("is written as in a shell", () => {
  const text = (strings: TemplateStringsArray, ...values: unknown[]) =>
    renderedScript(templateText(strings.raw), values).text;
  assert.is(
    text`awk '{ print $1 }' \${HOME} \`date\` a\\b \$x`,
    "awk '{ print $1 }' ${HOME} `date` a\\\\b \\$x",
  );
  assert.is(
    text`
      for i in ${[1, "b"]}; do
        echo $i
      done
  `,
    "for i in '1' 'b'; do\n  echo $i\ndone\n",
  );
  assert.is(text`ls ${new File("-rf")} ${[]}`, "ls './-rf' ");
  for (const value of [undefined, null, {}, Number.NaN, () => 1, [[1]]]) {
    assert.throws(() => text`echo ${value}`, /Value 1 of the script is/);
  }
});

scripts("any interpreter has values in its own language", async () => {
  const hard = `it's "x" \\ $HOME #{1} @a \n\u00e9`;
  if (has("python3")) {
    const said = await scheduler.run(script`
      #!/usr/bin/env python3
      import json
      print(json.dumps([${hard}, ${[1, "a"]}, ${true}]))
    `);
    assert.equal(JSON.parse(said), [hard, [1, "a"], true]);
  } else skipped("a Python script", "no python3");
  assert.is(
    await scheduler.run(script`
    #!/usr/bin/env node
    process.stdout.write(${hard})
  `),
    hard,
  );
  if (has("perl")) {
    assert.is(
      await scheduler.run(script`
      #!/usr/bin/perl
      print ${hard};
    `),
      hard,
    );
  } else skipped("a Perl script", "no perl");
  assert.is(
    await scheduler.run(script`
    #!/bin/sh
    printf %s ${hard}
  `),
    hard,
  );
  const error = await failure(script`
    #!/usr/bin/awk -f
    BEGIN { print ${"x"} }
  `);
  assert.match(error.message, /cannot be written into a script for awk/);
});

scripts(
  "a failing command fails the job, in a pipe too; its error has the last lines of stderr",
  async () => {
    const { dir } = temporaryRepository();
    const run = new Scheduler({ cwd: dir });
    const error = await run
      .run(script`for i in $(seq 1 3000); do echo line $i >&2; done; exit 3 | cat`)
      .catch((error) => error);
    const lines = error.message.split("\n");
    assert.is(lines[0], "script ended with status 3.");
    assert.equal([lines.length, lines.at(-1)], [21, "line 3000"]);
    const job = jobOf(recorded(dir), "redun.script");
    assert.is(job.status, "FAILED");
    const { stderr, status } = (job.error as ErrorValue).more.properties as Record<string, unknown>;
    const { head, tail, bytes } = stderr as { head: string; tail: string; bytes: number };
    assert.is(status, 3);
    assert.ok(head.startsWith("line 1\n") && tail.endsWith("line 3000\n") && bytes > 20_000);
  },
);

scripts("clear errors: no such program, input, output; output that is no text", async () => {
  assert.is(
    (
      (await failure(script`
    #!/no/such/program
    x
  `)) as RedunError
    ).code,
    "COMMAND_NOT_FOUND",
  );
  assert.match(
    (await failure(script`cat ${new File(here("none"))}`)).message,
    /input .*none is not there/,
  );
  assert.match(
    (await failure(script`true ${out(here("none"))}`)).message,
    /output .*none is not there/,
  );
  assert.match((await failure(script`printf '\377'`)).message, /no text in UTF-8/);
  assert.throws(() => script`${out("a", "x")} ${out("b")}`, /have names, and others have none/);
  assert.throws(() => script`${out("a", "x")} ${out("b", "x")}`, /are named "x"/);
});

scripts("has a name, and tags of its own", async () => {
  const { dir } = temporaryRepository();
  const sort = script({ name: "sort", tags: { step: 1 } });
  await new Scheduler({ cwd: dir }).run(
    sort`echo loss=0.5 >> $REDUN_TAGS; echo execution seed=1 >> $REDUN_TAGS`,
  );
  const { tags } = jobOf(recorded(dir), "sort");
  const texts = tags.map(([key, value]) => `${key}=${value}`);
  assert.ok(texts.includes("step=1") && texts.includes("loss=0.5"), texts.join());
});

scripts("no more run at once than there is room for", async () => {
  const { dir } = temporaryRepository();
  spawnSync("git", ["config", "redun.limit.programs", "2"], { cwd: dir });
  mkdirSync(join(dir, "now"));
  const count = (at: number) => script`
    touch now/${at}; ls now | wc -l; sleep 0.2; rm now/${at}
  `;
  const before = process.cwd();
  process.chdir(dir);
  try {
    const counts = await new Scheduler({ cwd: dir }).run([0, 1, 2, 3, 4, 5].map(count));
    const most = Math.max(...counts.map(Number));
    assert.is(most, 2);
  } finally {
    process.chdir(before);
  }
});

scripts("ends with everything that it started when the run is aborted", async () => {
  const abort = new AbortController();
  const marker = here("pid");
  const running = scheduler
    .run(script`sleep 300 & echo $! > ${marker}.tmp; mv ${marker}.tmp ${marker}; wait`, {
      signal: abort.signal,
    })
    .catch((error) => error);
  await until(() => existsSync(marker));
  const pid = Number(readFileSync(marker, "utf8"));
  abort.abort(new Error("enough"));
  assert.is((await running).message, "enough");
  await until(() => spawnSync("kill", ["-0", String(pid)]).status !== 0 || isZombie(pid));
});

function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

scripts("a C program is compiled, linked and run", async () => {
  if (!has("gcc")) return skipped("a C program", "no gcc");
  await new File(here("main.c")).write("#include <stdio.h>\nint main() { puts(NAME); }\n");
  const compile = task(
    { name: "compile" },
    (source: File, name: string) =>
      script`gcc -DNAME=${`"${name}"`} -o ${out(here("a out"))} ${source}`,
  );
  const main = task({ name: "main" }, () => script`${compile(new File(here("main.c")), "Ada's")}`);
  assert.is(await scheduler.run(main()), "Ada's\n");
});

scripts.run();
