import { useState } from "preact/hooks";
import { type Answer, useAnswer } from "./ask.ts";
import { Copied, Diff, Facts, Id, Loaded, Section, Text, Time } from "./parts.tsx";
import { TagSection } from "./tags.tsx";
import { oneLine, shortId } from "./words.ts";

export function TaskPage(props: {
  readonly of: Extract<Answer<"entity">, { type: "Task" }>;
  readonly canEdit: boolean;
}) {
  const { task, firstJob, lastJob, others, changedHelpers } = props.of;
  const [other, setOther] = useState<string | null>(null);
  return (
    <article>
      <h1>
        {oneLine(task.name ?? "Task")} <span class="id">{shortId(task.id)}</span>
      </h1>
      <Facts
        of={[
          ["Id", <Copied key="id">{task.id}</Copied>],
          ["Version", task.version !== undefined && oneLine(task.version)],
          ["First called", firstJob && <Called of={firstJob} />],
          ["Last called", lastJob && <Called of={lastJob} />],
        ]}
      />
      <TagSection of={task} canEdit={props.canEdit} />
      {changedHelpers.length > 0 && (
        <Section title="Changed since, and not part of its hash">
          <ul>
            {changedHelpers.map((change) => (
              <li key={JSON.stringify(change)}>{oneLine(Object.values(change).join(" "))}</li>
            ))}
          </ul>
        </Section>
      )}
      {task.source !== undefined && (
        <Section title="Source">
          <Text>{task.source}</Text>
        </Section>
      )}
      {others.length > 0 && (
        <Section title="Other versions">
          <table class="rows">
            <tbody>
              {others.slice(0, 100).map(({ id, lastJob }) => (
                <tr key={id} data-row>
                  <td>
                    <Id of={{ type: "Task", id }} />
                  </td>
                  <td>{lastJob && <Called of={lastJob} />}</td>
                  <td>
                    <button
                      type="button"
                      aria-expanded={other === id}
                      onClick={() => setOther(other === id ? null : id)}
                    >
                      What changed from it
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {other && <SourceDiff before={other} after={task.id} />}
        </Section>
      )}
    </article>
  );
}

function Called({ of }: { readonly of: { readonly id: string; readonly started: string } }) {
  return (
    <>
      <Time of={of.started} /> <Id of={{ type: "Job", id: of.id }} />
    </>
  );
}

function SourceDiff(props: { readonly before: string; readonly after: string }) {
  const asking = useAnswer("source", props);
  return (
    <Loaded of={asking}>
      {({ lines }) =>
        lines.length > 0 ? <Diff lines={lines} /> : <p class="dim">Their sources are the same.</p>
      }
    </Loaded>
  );
}
