/** Pages of views that are written down here: no git, no log and no terminal. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import { entityJson } from "../../cli/json/entities.ts";
import { entityPage } from "../../cli/pages/entity.ts";
import type { Paint } from "../../cli/text/terminal.ts";
import type { ExecutionView } from "../../src/views/execution.ts";
import type { JobView } from "../../src/views/job.ts";
import type { LoggedExecution, LoggedJob } from "../../src/views/logged.ts";
import type { RecordedTask } from "../../src/views/task.ts";

process.env.TZ = "UTC";

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${style}:${text}>`;
const [started, ended] = [new Date("2026-11-22T09:43:43Z"), new Date("2026-11-22T09:43:46.02Z")];
const id = (digit: string) => digit.repeat(40);

const execution: LoggedExecution = {
  type: "Execution",
  id: id("a"),
  status: "FAILED",
  started,
  ended,
  reason: null,
  task: "acme.main",
  argv: ["run", "a file.ts"],
  user: "ann",
  commit: id("c"),
  tags: [
    ["env", "dev"],
    ["env", "prod"],
    ["user", "ann"],
  ],
  conflicts: [
    ["env", "dev"],
    ["env", "prod"],
  ],
};

const job: LoggedJob = {
  type: "Job",
  id: id("b"),
  status: "FAILED",
  started,
  ended,
  task: "acme.main",
  taskHash: id("d"),
  argsText: "n='\u202e'",
  execution: execution.id,
  tags: [],
  conflicts: [],
};

const task: RecordedTask = {
  type: "Task",
  id: id("d"),
  name: "acme.main",
  source: "() => {\n  throw 1;\n}",
  tags: [],
  conflicts: [],
};

const jobView: JobView = {
  type: "Job",
  job,
  path: [{ id: job.id, task: job.task }],
  links: [{ title: "Run", url: "https://x.org/\x1b1" }],
  call: null,
  content: {
    args: [{ name: "n", id: id("1"), text: "1", value: 1 }],
    argCount: 3,
    hasNames: true,
    outcome: { id: id("2"), text: null, isError: true },
  },
  task,
  parent: null,
  children: Array.from({ length: 11 }, () => job),
  from: new Map(),
  dataflow: {
    name: "result",
    value: { id: id("2"), text: null },
    sections: [{ name: "result", steps: [{ kind: "origin" }], variables: [] }],
    isCut: true,
  },
  stack: "Error: no\n    at here",
  journal: null,
  redactions: [],
};

const executionView: ExecutionView = {
  type: "Execution",
  execution,
  links: [],
  code: { commit: id("c"), files: [{ path: "a\nb.ts", blob: id("e") }] },
  tallies: [{ task: "acme.main", status: "FAILED", count: 2 }],
  failure: { job, error: "Error: no" },
  journal: { state: "unknown", why: "it ran on another host" },
  redactions: [],
  jobs: {
    count: 2,
    outline: () => ({ numbers: Int32Array.of(0, 1), depths: Int32Array.of(0, 1) }),
    read: (numbers) => numbers.map(() => job),
    *tree() {
      yield [{ job, depth: 0 }];
      yield [{ job, depth: 42 }];
    },
    *list() {
      yield [{ job, parent: null }];
      yield [{ job, parent: job.id }];
    },
  },
};

const page = (view: Parameters<typeof entityPage>[0], paint = plain) =>
  [...entityPage(view, paint)].join("");
const json = (view: Parameters<typeof entityJson>[0]) => JSON.parse([...entityJson(view)].join(""));

test("an execution's page", () => {
  assert.is(
    page(executionView),
    `Exec ${execution.id} [FAILED] 2026-11-22 09:43:43:  run 'a file.ts' (env=dev|prod !conflict, user=ann)
It may be running or dead: it ran on another host.
If it is dead: \`redun-git recover aaaaaaaa\`.
Duration: 0:00:03.02

  Failed in Job bbbbbbbb [FAILED] 2026-11-22 09:43:43 (3.02s):  acme.main(n='\\u202e')
    Error: no

Modules that commit cccccccc does not hold as they ran:
  ${id("e")} a\\nb.ts

| JOB STATUS 2026/11/22 09:43:46
| TASK      PENDING RUNNING  FAILED  CACHED    DONE   TOTAL
|
| ALL             0       0       2       0       0       2
| acme.main       0       0       2       0       0       2

Jobs: 2 (DONE: 0, CACHED: 0, FAILED: 2)
--------------------------------------------------------------------------------
Job bbbbbbbb [FAILED] 2026-11-22 09:43:43 (3.02s):  acme.main(n='\\u202e')
${" ".repeat(80)}(level 42) Job bbbbbbbb [FAILED] 2026-11-22 09:43:43 (3.02s):  acme.main(n='\\u202e')
`,
  );
  assert.match(page(executionView, marked), "[<red:FAILED>]");
});

test("an execution as JSON", () => {
  const { jobs, journal, tags, modules, ...more } = json(executionView);
  assert.equal(more, {
    _type: "Execution",
    id: execution.id,
    status: "FAILED",
    start_time: "2026-11-22T09:43:43.000Z",
    end_time: "2026-11-22T09:43:46.020Z",
    task: "acme.main",
    user: "ann",
    commit: id("c"),
    args: ["run", "a file.ts"],
    links: [],
  });
  assert.equal(journal, { state: "unknown", why: "it ran on another host" });
  assert.equal(modules, [{ path: "a\nb.ts", blob: id("e") }]);
  assert.equal(tags[0], { key: "env", value: "dev", conflict: true });
  assert.equal(
    jobs.map(({ parent }: { parent: string | null }) => parent),
    [null, job.id],
  );
});

test("a job's page: what does not fit says so, and no text acts on the terminal", () => {
  const line = "Job bbbbbbbb [FAILED] 2026-11-22 09:43:43 (3.02s):  acme.main(n='\\u202e')";
  assert.is(
    page(jobView),
    `Job ${job.id} [FAILED] 2026-11-22 09:43:43 (3.02s):  acme.main(n='\\u202e')
Traceback: Exec aaaaaaaa > Job bbbbbbbb main
Duration: 0:00:03.02
Run: https://x.org/\\x1b1

  CallNode (none: the job has not ended)

  Task ${task.id} acme.main

    () => {
      throw 1;
    }

  Child Jobs:
${`    ${line}\n`.repeat(10)}    ... (the execution's page shows all)

  Upstream dataflow:

    result = <22222222> (only its hash was recorded)

    result <-- origin

    ... (and more: \`--format json\` shows it)

  Traceback:
    Error: no
        at here
`,
  );
});

test("a call's arguments: those that a page has room for, and how many more", () => {
  const { id: hash } = task;
  const call = { type: "CallNode", id: hash, task: "acme.main", tags: [], conflicts: [] } as const;
  assert.match(
    page({ ...jobView, call }),
    `
  CallNode ${hash} acme.main
    Args:   n=1, ... (and 2 more: \`--format json\` shows them)
    Raised: (only its hash was recorded)
`,
  );
});

test("a job as JSON: a value that only its hash tells is its id", () => {
  const { args, arg_ids, error, error_id, result_id, children, dataflow } = json(jobView);
  assert.equal([args, arg_ids], [{ n: 1 }, { n: id("1") }]);
  assert.equal(error, { _type: "Value", id: id("2") });
  assert.equal([result_id, error_id], [id("2"), undefined]);
  assert.is(children.length, 11);
  assert.is(dataflow.is_cut, true);
});

test.run();
