import { useState } from "preact/hooks";
import type { Condition } from "../../../src/query/condition.ts";
import { SHOWN_JOB_STATUSES } from "../../../src/record/records.ts";
import { hrefOfList } from "./address.ts";
import { type Answer, IS_REPORT, useAnswer } from "./ask.ts";
import { CallGraph } from "./call-graph.tsx";
import { FileFlow } from "./file-flow.tsx";
import { JobTree } from "./job-tree.tsx";
import { Copied, Facts, Id, Links, Loaded, Section, Status, Text, Time, Took } from "./parts.tsx";
import { TagSection } from "./tags.tsx";
import { Timeline } from "./timeline.tsx";
import { commandLine, counted, oneLine, redactionText, shortId } from "./words.ts";

export type ExecutionAnswer = Extract<Answer<"entity">, { type: "Execution" }>;

export function Execution(props: { readonly of: ExecutionAnswer; readonly canEdit: boolean }) {
  const { execution, links, code, tallies, failure, journal, redactions, jobs } = props.of;
  return (
    <article>
      <h1>
        <Status status={execution.status} /> {oneLine(execution.task)}{" "}
        <span class="id">{shortId(execution.id)}</span>
      </h1>
      <Facts
        of={[
          ["Id", <Copied key="id">{execution.id}</Copied>],
          ["Started", <Time key="started" of={execution.started} />],
          ["Took", execution.ended && <Took of={execution} />],
          ["User", oneLine(execution.user)],
          ["Command", <Copied key="command">{commandLine(execution.argv)}</Copied>],
          ["Commit", execution.commit && <code>{oneLine(execution.commit.slice(0, 12))}</code>],
          ["Branch", code?.branch && oneLine(code.branch)],
          ["Code", code?.dirty && "differed from the commit"],
          ["Ended by", execution.reason && oneLine(execution.reason)],
          ["Redacted", redactions.length > 0 && redactions.map(redactionText).join("; ")],
          ["Journal", journal && `${oneLine(journal.state)}: ${oneLine(journal.why)}`],
        ]}
      />
      <TagSection of={execution} canEdit={props.canEdit} />
      <Links of={links} />
      {failure && (
        <Section title="What failed">
          <p>
            <Id of={failure.job}>{oneLine(failure.job.task)}</Id>{" "}
            <span class="dim">({oneLine(failure.job.argsText)})</span>
          </p>
          {failure.error && <Text>{failure.error}</Text>}
        </Section>
      )}
      <Section title={counted(jobs.count, "job")} id="jobs">
        <StatusTable execution={execution.id} tallies={tallies} />
        {jobs.count > 0 && <Pictures id={execution.id} isLive={execution.status === "RUNNING"} />}
      </Section>
    </article>
  );
}

/** How many jobs each task has by status; a number leads to those. */
function StatusTable(props: {
  readonly execution: string;
  readonly tallies: ExecutionAnswer["tallies"];
}) {
  const { tallies } = props;
  const statuses = SHOWN_JOB_STATUSES.filter((status) =>
    tallies.some((tally) => tally.status === status),
  );
  const tasks = [...new Set(tallies.map(({ task }) => task))];
  const count = (task: string | null, status: string | null) =>
    tallies
      .filter((tally) => task === null || tally.task === task)
      .filter((tally) => status === null || tally.status === status)
      .reduce((sum, tally) => sum + tally.count, 0);
  const is = (field: "exec" | "task" | "status", operand: string): Condition => ({
    ...{ is: "field", field, op: "=", operand },
  });
  const cell = (task: string | null, status: string | null) => {
    const number = count(task, status);
    if (number === 0) return <span class="dim">0</span>;
    const conditions = [
      is("exec", props.execution),
      ...(task === null ? [] : [is("task", task)]),
      ...(status === null ? [] : [is("status", status)]),
    ];
    const text = number.toLocaleString("en");
    if (IS_REPORT) return text;
    return <a href={hrefOfList("Job", ...conditions)}>{text}</a>;
  };
  if (tasks.length === 0) return null;
  return (
    <table class="tallies">
      <thead>
        <tr>
          <th>Task</th>
          {statuses.map((status) => (
            <th key={status} class="number">
              <Status status={status} />
            </th>
          ))}
          <th class="number">All</th>
        </tr>
      </thead>
      <tbody>
        {[...tasks, ...(tasks.length > 1 ? [null] : [])].map((task) => (
          <tr key={task ?? "\0"} class={task === null ? "sum" : ""}>
            <th scope="row">{task === null ? "All" : oneLine(task)}</th>
            {statuses.map((status) => (
              <td key={status} class="number">
                {cell(task, status)}
              </td>
            ))}
            <td class="number">{cell(task, null)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const PICTURES = {
  tree: "Tree",
  timeline: "Timeline",
  graph: "Call graph",
  files: "Files",
} as const;

function Pictures({ id, isLive }: { readonly id: string; readonly isLive: boolean }) {
  const [shown, setShown] = useState<keyof typeof PICTURES>("tree");
  const chart = useAnswer("chart", { id }, () => isLive);
  return (
    <>
      <div class="tabs" role="tablist">
        {Object.entries(PICTURES).map(([name, title], at) => (
          <button
            type="button"
            role="tab"
            key={name}
            data-key={at + 1}
            aria-selected={name === shown}
            onClick={() => setShown(name as keyof typeof PICTURES)}
          >
            {title}
          </button>
        ))}
      </div>
      <Loaded of={chart}>
        {(of) => (
          <>
            {of.jobs.length < of.count && (
              <p class="dim">The first {of.jobs.length.toLocaleString("en")} of them.</p>
            )}
            {shown === "tree" && <JobTree of={of} />}
            {shown === "timeline" && <Timeline of={of} />}
            {shown === "graph" && <CallGraph of={of} />}
            {shown === "files" && <FileFlow id={id} isLive={isLive} />}
          </>
        )}
      </Loaded>
    </>
  );
}
