import { useMemo } from "preact/hooks";
import { hrefOf, hrefOfList } from "./address.ts";
import type { Answer } from "./ask.ts";
import { callGraph } from "./call-nodes.ts";
import { Graph } from "./graph.tsx";
import { placedGraph } from "./layout.ts";
import { statusClass } from "./parts.tsx";
import { counted } from "./words.ts";

/** Which jobs called which. */
export function CallGraph({ of }: { readonly of: Answer<"chart"> }) {
  const [graph, isFolded] = useMemo(() => {
    const { nodes, edges, isFolded } = callGraph(
      of,
      (id) => hrefOf({ type: "Job", id }),
      (task) =>
        hrefOfList(
          "Job",
          { is: "field", field: "exec", op: "=", operand: of.execution },
          { is: "field", field: "task", op: "=", operand: task },
        ),
      statusClass,
    );
    return [placedGraph(nodes, edges), isFolded] as const;
  }, [of]);
  return (
    <>
      {isFolded && <p class="dim">{counted(of.jobs.length, "job")}: each node is a task.</p>}
      <Graph of={graph} about="Which jobs called which" />
    </>
  );
}
