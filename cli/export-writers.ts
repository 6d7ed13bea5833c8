/** The writers of `export`, by the names of what reads them. */
import type { GraphRun } from "../src/exchange/graph.ts";
import type { LogGraph } from "../src/exchange/log-graph.ts";
import type { GitBackend } from "../src/git/backend.ts";
import type { ExecutionRow } from "../src/index/rows.ts";

/** Writes runs in a format, piece by piece. */
export type Writer = (
  graph: LogGraph,
  rows: readonly ExecutionRow[],
  context: WritingContext,
) => AsyncGenerator<string>;

export interface WritingContext {
  readonly backend: GitBackend;
  /** Where ssh-agent is, if signatures were asked for. */
  readonly sign: { readonly socket: string | undefined } | null;
  /** Tells people what was left out. */
  readonly note: (text: string) => void;
  /** Counts an execution of which nothing was written. */
  readonly leaveOut: () => void;
}

/** Each system's writer, which loads when it is used. */
export const WRITERS: Readonly<Record<string, () => Promise<Writer>>> = {
  redun: async () => {
    const { redunLines } = await import("../src/exchange/redun/export.ts");
    return async function* (graph, rows, { leaveOut }) {
      for await (const line of redunLines(graph, rows, leaveOut)) yield `${line}\n`;
    };
  },
  openlineage: async () => {
    const { openLineage } = await import("../src/exchange/openlineage/write.ts");
    return async function* (graph, rows) {
      for (const row of rows.toReversed()) yield* openLineage([await graph.run(row)]);
    };
  },
  prov: async () => {
    const { provJson } = await import("../src/exchange/prov/json.ts");
    return async function* (graph, rows) {
      yield provJson(await runsOf(graph, rows), graph.format);
    };
  },
  "prov-o": async () => {
    const { provTurtle } = await import("../src/exchange/prov/turtle.ts");
    return async function* (graph, rows) {
      yield* provTurtle(await runsOf(graph, rows), graph.format);
    };
  },
  mermaid: async () => {
    const { mermaid } = await import("../src/exchange/diagram.ts");
    return async function* (graph, rows) {
      yield* mermaid(await runsOf(graph, rows));
    };
  },
  dot: async () => {
    const { dot } = await import("../src/exchange/diagram.ts");
    return async function* (graph, rows) {
      yield* dot(await runsOf(graph, rows));
    };
  },
  "in-toto": async () => {
    const { statementOf } = await import("../src/exchange/in-toto/statement.ts");
    const { signer } = await import("../src/exchange/in-toto/envelope.ts");
    return async function* (graph, rows, { backend, sign, note, leaveOut }) {
      const signed = sign && (await signer(await backend.config(), sign.socket));
      for (const row of rows.toReversed()) {
        const { statement, absent } = await statementOf(await graph.run(row), backend);
        const short = row.id.slice(0, 8);
        if (absent.length > 0) note(`${short}: no longer here as it was: ${absent.join(", ")}`);
        if (statement) {
          yield `${JSON.stringify(signed ? await signed(statement) : statement)}\n`;
          continue;
        }
        leaveOut();
        note(`${short}: nothing to attest: it did not end well, or has no file.`);
      }
    };
  },
};

/** All of them at once, for what is one document; the oldest first. */
export async function runsOf(graph: LogGraph, rows: readonly ExecutionRow[]): Promise<GraphRun[]> {
  const runs: GraphRun[] = [];
  for (const row of rows.toReversed()) runs.push(await graph.run(row));
  return runs;
}
