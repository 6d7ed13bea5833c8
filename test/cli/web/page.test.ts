/** What the page computes before it draws: rows, lanes, graphs, plots, previews. */

import { test } from "uvu";
import * as assert from "uvu/assert";
import { jsonText } from "../../../cli/text/json.ts";
import { callGraph, MAX_NODES } from "../../../cli/web/page/call-nodes.ts";
import { fileGraph } from "../../../cli/web/page/file-nodes.ts";
import { childrenOf, jobRows } from "../../../cli/web/page/job-rows.ts";
import { timelineOf } from "../../../cli/web/page/lanes.ts";
import { placedGraph } from "../../../cli/web/page/layout.ts";
import { previewOf, separated } from "../../../cli/web/page/preview.ts";
import { parseWire } from "../../../cli/web/page/wire.ts";
import { Float } from "../../../src/value/value.ts";
import type { FileFlow } from "../../../src/views/file-flow.ts";
import type { ChartedJob } from "../../../src/views/job-chart.ts";
import fc from "../../support/property.ts";

function job(
  id: string,
  parent: number,
  started: number,
  took: number | null,
  task = 0,
): ChartedJob {
  return [id, parent, task, 2, started, took, ""];
}

test("a tree shows each job after the one that called it, and hides what is folded", () => {
  const jobs = [job("a", -1, 0, 9), job("b", 0, 1, 1), job("c", 0, 2, 1), job("d", 1, 3, 1)];
  const children = childrenOf(jobs);
  const rows = (folded: number[]) =>
    jobRows(children, new Set(folded)).map(({ job, depth }) => `${depth}${jobs[job]![0]}`);
  assert.equal(rows([]), ["0a", "1b", "2d", "1c"]);
  assert.equal(rows([1]), ["0a", "1b", "1c"]);
  assert.equal(rows([0]), ["0a"]);
});

test("a chain of a hundred thousand calls has as many rows", () => {
  const chain = Array.from({ length: 100_000 }, (_, at) => job(String(at), at - 1, at, 1));
  assert.is(jobRows(childrenOf(chain), new Set()).at(-1)?.depth, 99_999);
});

test("no two bars of a lane are at one time, and a job waits while what it called runs", () => {
  const spans = fc.array(fc.tuple(fc.nat(1000), fc.nat(300), fc.nat(2)), { maxLength: 30 });
  fc.assert(
    fc.property(spans, (spans) => {
      const jobs = spans.map(([started, took, task], at) =>
        job(String(at), -1, started, took, task),
      );
      for (const { bars } of timelineOf(jobs, 0).groups) {
        for (const a of bars) {
          for (const b of bars) {
            const isApart = a.to <= b.from || b.to <= a.from;
            assert.ok(a === b || a.lane !== b.lane || isApart);
          }
        }
      }
    }),
  );
  const jobs = [
    job("a", -1, 0, 100),
    job("b", 0, 10, 20),
    job("c", 0, 25, 15),
    job("d", 0, 60, 500),
    job("e", 0, 95, null),
  ];
  const [group] = timelineOf(jobs, 700).groups;
  assert.equal(group!.bars[0]!.waits, [
    [10, 40],
    [60, 100],
  ]);
  // What has not ended reaches to now.
  assert.is(group!.bars.at(-1)!.to, 700);
});

test("where too many ran at once, their number is drawn", () => {
  const jobs = Array.from({ length: 10_000 }, (_, at) => job(String(at), -1, at % 2, 500));
  const { groups, end } = timelineOf(jobs, 0);
  assert.is(end, 501);
  assert.equal(groups[0]!.bars, []);
  assert.is(Math.max(...groups[0]!.density!), 10_000);
  assert.is(groups[0]!.density!.length, 400);
});

const links = [
  (id: string) => `#${id}`,
  (task: string) => `#${task}`,
  (look: string) => look,
] as const;

test("a call graph has a node for each job, or for each task where those are many", () => {
  const chart = (count: number) => ({
    tasks: ["main", "leaf"],
    statuses: ["PENDING", "RUNNING", "DONE", "CACHED", "FAILED"],
    jobs: Array.from({ length: count }, (_, at) =>
      job(String(at), at === 0 ? -1 : 0, at, 1, at === 0 ? 0 : 1),
    ),
  });
  const few = callGraph(chart(MAX_NODES), ...links);
  assert.is(few.nodes.length, MAX_NODES);
  assert.is(few.edges.length, MAX_NODES - 1);
  const many = callGraph(chart(1001), ...links);
  assert.ok(many.isFolded);
  assert.equal(
    many.nodes.map(({ label, note }) => [label, note]),
    [
      ["leaf", "1,000 jobs"],
      ["main", "1 job"],
    ],
  );
  assert.equal(many.edges, [{ from: "0", to: "1", label: "1,000" }]);
});

test("a graph of files has each of them, or those between the same tasks as one", () => {
  const flow = (count: number): FileFlow => ({
    files: Array.from({ length: count }, (_, at) => ({ id: `v${at}`, path: `data/${at}.csv` })),
    jobs: [
      { id: "a".repeat(40), task: "split", status: "DONE" },
      ...Array.from({ length: count }, (_, at) => ({
        id: `j${at}`,
        task: "count",
        status: "DONE" as const,
      })),
    ],
    gave: Array.from({ length: count }, (_, at) => [0, at] as const),
    took: Array.from({ length: count }, (_, at) => [at, at + 1] as const),
    isCut: false,
  });
  const to = { file: links[0], job: links[0], task: links[1] };
  const few = fileGraph(flow(2), to, links[2]);
  assert.equal(
    few.nodes.map(({ label, note, look }) => [label, note, look]),
    [
      ["0.csv", "data", "file"],
      ["1.csv", "data", "file"],
      ["split", "aaaaaaaa", "DONE"],
      ["count", "j0", "DONE"],
      ["count", "j1", "DONE"],
    ],
  );
  assert.is(few.edges.length, 4);
  const many = fileGraph(flow(1000), to, links[2]);
  assert.ok(many.isFolded);
  assert.equal(
    many.nodes.map(({ label, note }) => [label, note]),
    [
      ["split", "1 job"],
      ["count", "1,000 jobs"],
      ["0.csv", "and 999 files more"],
    ],
  );
  assert.equal(
    many.edges.map(({ from, to }) => [from, to]),
    [
      ["t0", "g0"],
      ["g0", "t1"],
    ],
  );
});

test("a graph has the same picture whatever the order of its parts", () => {
  const chart = {
    tasks: ["t"],
    statuses: ["DONE", "DONE", "DONE"],
    jobs: Array.from({ length: 20 }, (_, at) =>
      job(`j${at}`, at === 0 ? -1 : (at * 7) % at, at, 1),
    ),
  };
  const { nodes, edges } = callGraph(chart, ...links);
  const graph = placedGraph(nodes, edges);
  assert.equal(placedGraph(nodes.toReversed(), edges.toReversed()), graph);
  assert.ok(graph.nodes.every(({ x, y }) => x > 0 && y > 0));
});

test("values are shown as what they are", () => {
  assert.is(previewOf("text").kind, "text");
  assert.is(previewOf('<svg xmlns="http://www.w3.org/2000/svg"></svg>').kind, "image");
  assert.is(previewOf([{ a: 1 }, { b: 2 }]).kind, "table");
  assert.is(previewOf([[1], [2]]).kind, "table");
  assert.is(previewOf([{ a: { b: 1 } }, {}]).kind, "tree");
  assert.is(previewOf({ a: 1 }).kind, "tree");
  const image = previewOf('<svg onload="alert(1)">"');
  assert.ok(image.kind === "image" && /^data:image\/svg\+xml,[^"<]*$/.test(image.url));
  assert.equal(separated('a,b\r\n"1,""x""",2\n\n3', ","), {
    kind: "table",
    columns: ["a", "b"],
    rows: [['1,"x"', "2"], [""], ["3"]],
  });
});

test("numbers come as they were written, where the engine tells how that was", () => {
  const tellsSource =
    JSON.parse("1", (...given: unknown[]) => (given[2] as { source?: string })?.source) === "1";
  const sent = { a: 12345678901234567890n, b: new Float(1), c: 1.5, d: 7, e: "1.0" };
  const exact = { a: 12345678901234567890n, b: new Float(1), c: 1.5, d: 7, e: "1.0" };
  const plain = { a: 12345678901234567000, b: 1, c: 1.5, d: 7, e: "1.0" };
  assert.equal(parseWire(jsonText(sent)), tellsSource ? exact : plain);
});

test.run();
