import type { Answer } from "./ask.ts";
import { Content, Flow } from "./content.tsx";
import { Copied, Facts, Id, Links, Section, Status, Text, Time, Took } from "./parts.tsx";
import { TagSection } from "./tags.tsx";
import { oneLine, redactionText, shortId } from "./words.ts";

type Entity = Answer<"entity">;

export function JobPage(props: {
  readonly of: Extract<Entity, { type: "Job" }>;
  readonly canEdit: boolean;
}) {
  const { job, path, links, call, content, task, children, from, dataflow, stack } = props.of;
  const { journal, redactions } = props.of;
  return (
    <article>
      <nav class="path" aria-label="The jobs above it">
        <Id of={{ type: "Execution", id: job.execution }}>execution {shortId(job.execution)}</Id>
        {path.slice(0, -1).map((above) => (
          <span key={above.id}>
            {" › "}
            <Id of={{ type: "Job", id: above.id }}>{oneLine(above.task)}</Id>
          </span>
        ))}
      </nav>
      <h1>
        <Status status={job.status} /> {oneLine(job.task)} <span class="id">{shortId(job.id)}</span>
      </h1>
      <Facts
        of={[
          ["Id", <Copied key="id">{job.id}</Copied>],
          ["Started", <Time key="started" of={job.started} />],
          ["Took", job.ended && <Took of={job} />],
          ["Task", <Id key="task" of={task} />],
          ["Call", call && <Id of={call} />],
          ["Redacted", redactions.length > 0 && redactions.map(redactionText).join("; ")],
          ["Journal", journal && `${oneLine(journal.state)}: ${oneLine(journal.why)}`],
        ]}
      />
      <TagSection of={job} canEdit={props.canEdit} />
      <Links of={links} />
      <Content of={content} from={from} />
      {stack && (
        <Section title="Traceback">
          <Text>{stack}</Text>
        </Section>
      )}
      {dataflow && <Flow of={dataflow} />}
      {children.length > 0 && (
        <Section title="Jobs that it called">
          <JobList of={children.slice(0, 10)} />
          {children.length > 10 && <p class="dim">And more: the tree of the execution has all.</p>}
        </Section>
      )}
      {task.source !== undefined && (
        <Section title="Source">
          <Text>{task.source}</Text>
        </Section>
      )}
    </article>
  );
}

export function CallPage(props: {
  readonly of: Extract<Entity, { type: "CallNode" }>;
  readonly canEdit: boolean;
}) {
  const { call, made } = props.of;
  return (
    <article>
      <h1>
        Call of {oneLine(call.task ?? "an unknown task")} <span class="id">{shortId(call.id)}</span>
      </h1>
      <Facts
        of={[
          ["Id", <Copied key="id">{call.id}</Copied>],
          ["Task", made && <Id of={made.task} />],
        ]}
      />
      <TagSection of={call} canEdit={props.canEdit} />
      {made && (
        <>
          <Content of={made.content} />
          {made.dataflow && <Flow of={made.dataflow} />}
          <Section title="Jobs that made it">
            <JobList of={made.jobs} />
          </Section>
          <Calls title="Calls that made it" of={made.parents} />
          <Calls title="Calls that it made" of={made.children} />
        </>
      )}
    </article>
  );
}

function Calls(props: {
  readonly title: string;
  readonly of: readonly { readonly id: string; readonly task: string }[];
}) {
  if (props.of.length === 0) return null;
  return (
    <Section title={props.title}>
      <ul>
        {props.of.map(({ id, task }, at) => (
          <li key={at}>
            <Id of={{ type: "CallNode", id }} /> {oneLine(task)}
          </li>
        ))}
      </ul>
    </Section>
  );
}

type ListedJob = Extract<Entity, { type: "Job" }>["children"][number];

export function JobList({ of }: { readonly of: readonly ListedJob[] }) {
  return (
    <table class="rows">
      <tbody>
        {of.map((job) => (
          <tr key={job.id} data-row>
            <td>
              <Status status={job.status} />
            </td>
            <td>
              <Id of={job} />
            </td>
            <td>
              {oneLine(job.task)}
              <span class="dim">({oneLine(job.argsText)})</span>
            </td>
            <td class="number">
              <Took of={job} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
