import { useMemo } from "preact/hooks";
import type { FileFlow as Flow } from "../../../src/views/file-flow.ts";
import { hrefOf, hrefOfList } from "./address.ts";
import { useAnswer } from "./ask.ts";
import { fileGraph } from "./file-nodes.ts";
import { Graph } from "./graph.tsx";
import { placedGraph } from "./layout.ts";
import { Loaded, statusClass } from "./parts.tsx";
import { counted } from "./words.ts";

/** Which jobs of an execution gave and took which files. */
export function FileFlow({ id, isLive }: { readonly id: string; readonly isLive: boolean }) {
  const flow = useAnswer("files", { id }, () => isLive);
  return <Loaded of={flow}>{(of) => <Drawn of={of} execution={id} />}</Loaded>;
}

function Drawn({ of, execution }: { readonly of: Flow; readonly execution: string }) {
  const [graph, isFolded] = useMemo(() => {
    const links = {
      file: (id: string) => hrefOf({ type: "Value", id }),
      job: (id: string) => hrefOf({ type: "Job", id }),
      task: (task: string) =>
        hrefOfList(
          "Job",
          { is: "field", field: "exec", op: "=", operand: execution },
          { is: "field", field: "task", op: "=", operand: task },
        ),
    };
    const { nodes, edges, isFolded } = fileGraph(of, links, statusClass);
    return [placedGraph(nodes, edges), isFolded] as const;
  }, [of, execution]);
  if (of.files.length === 0) {
    return <p class="dim">Its jobs neither took nor gave files.</p>;
  }
  return (
    <>
      {(isFolded || of.isCut) && (
        <p class="dim">
          {counted(of.files.length, "file")} of {counted(of.jobs.length, "job")}
          {isFolded && ": the jobs of a task are one node, and so are their files"}
          {of.isCut && "; later jobs are not looked at"}.
        </p>
      )}
      <Graph of={graph} about="Which jobs gave and took which files" />
    </>
  );
}
