/** Executions beside each other: what differs between two, a table and a plot of many. */
import { useState } from "preact/hooks";
import type { CompareAddress } from "../../../src/views/address.ts";
import { type Answer, useAnswer } from "./ask.ts";
import { Diff, ExecutionCells, Id, Loaded, Section, Status, Time } from "./parts.tsx";
import { numbersOf } from "./plot.ts";
import { Scatter } from "./scatter.tsx";
import { Tag } from "./tags.tsx";
import { duration, numberOf, oneLine, valueText, visible } from "./words.ts";

export function Compare({ address }: { readonly address: CompareAddress }) {
  const { ids, query } = address;
  const [limit, setLimit] = useState(50);
  const asks =
    ids.length > 0 ? { ids: ids.join(",") } : { limit: String(limit), ...(query && { query }) };
  const table = useAnswer("table", asks);
  return (
    <article>
      <h1>
        {ids.length === 1 || ids.length === 2 ? "Two executions" : "Executions beside each other"}
      </h1>
      <Loaded of={table}>
        {(of) => (
          <>
            {ids.length > 0 && of.rows.length === 2 && (
              <Comparison before={of.rows[0]!.execution.id} after={of.rows[1]!.execution.id} />
            )}
            <Table of={of} />
            {ids.length === 0 && of.rows.length === limit && (
              <button type="button" data-key="m" onClick={() => setLimit(1000)}>
                More
              </button>
            )}
            {of.rows.length > 1 && numbersOf(of).length > 1 && (
              <Section title="Plot">
                <Scatter of={of} />
              </Section>
            )}
          </>
        )}
      </Loaded>
    </article>
  );
}

type Rows = Answer<"table">["rows"];

function Table({ of: { columns, rows } }: { readonly of: Answer<"table"> }) {
  const [isAll, setAll] = useState(false);
  const [by, setBy] = useState<{ at: number; isDown: boolean } | null>(null);
  const differs = (at: number) => new Set(rows.map(({ cells }) => cellText(cells[at]))).size > 1;
  const shown = columns.map((_, at) => at).filter((at) => isAll || rows.length < 2 || differs(at));
  const sorted = by ? sortedBy(rows, by.at, by.isDown) : rows;
  if (rows.length === 0) return <p class="dim">No execution matches.</p>;
  return (
    <Section title="Tags and arguments">
      <p class="actions">
        <label>
          <input type="checkbox" checked={isAll} onChange={() => setAll(!isAll)} /> Also what is the
          same in all
        </label>
      </p>
      <div class="wide">
        <table class="data">
          <thead>
            <tr>
              <th>Execution</th>
              <th>Started</th>
              <th>Status</th>
              <th class="number">Took</th>
              {shown.map((at) => (
                <th
                  key={at}
                  aria-sort={by?.at !== at ? "none" : by.isDown ? "descending" : "ascending"}
                >
                  <button
                    type="button"
                    class="quiet"
                    onClick={() => setBy({ at, isDown: by?.at === at && !by.isDown })}
                  >
                    {oneLine(columns[at]!.name)}
                    {by?.at === at && (by.isDown ? " ▼" : " ▲")}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ execution, cells }) => (
              <tr key={execution.id} data-row>
                <ExecutionCells of={execution} />
                {shown.map((at) => (
                  <td key={at} class={Number.isNaN(numberOf(cells[at]?.[0])) ? "" : "number"}>
                    {cellText(cells[at])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function cellText(values: readonly unknown[] | undefined): string {
  const text = (values ?? []).map(valueText).join(" | ");
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** Numbers by size, before texts; what has no value comes last. */
function sortedBy(rows: Rows, at: number, isDown: boolean): Rows {
  const way = isDown ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [one.cells[at]?.[0], other.cells[at]?.[0]];
    if (a === undefined || b === undefined)
      return Number(a === undefined) - Number(b === undefined);
    const [x, y] = [numberOf(a), numberOf(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return way * (x - y);
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    const [left, right] = [valueText(a), valueText(b)];
    return way * (left < right ? -1 : left > right ? 1 : 0);
  });
}

function Comparison(props: { readonly before: string; readonly after: string }) {
  const asking = useAnswer("comparison", props);
  return <Loaded of={asking}>{(of) => <Differences of={of} />}</Loaded>;
}

function Differences({ of }: { readonly of: Answer<"comparison"> }) {
  const { before, after, tags, code, tasks, call, files, jobs } = of;
  const changes = [...(call?.args ?? []), ...(call?.result ? [call.result] : [])];
  return (
    <>
      <table class="data">
        <tbody>
          {[before, after].map((execution, at) => (
            <tr key={execution.id}>
              <th scope="row">{at === 0 ? "From" : "To"}</th>
              <td>
                <Id of={execution} />
              </td>
              <td>
                <Time of={execution.started} />
              </td>
              <td>
                <Status status={execution.status} /> {oneLine(execution.task)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {tags.length > 0 && (
        <Section title="Tags">
          <table class="data">
            <tbody>
              {tags.map(({ key, removed, added }) => (
                <tr key={key}>
                  <td>
                    {removed.map((value) => (
                      <Tag key={valueText(value)} of={[key, value]} type="Execution" />
                    ))}
                  </td>
                  <td>→</td>
                  <td>
                    {added.map((value) => (
                      <Tag key={valueText(value)} of={[key, value]} type="Execution" />
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
      <Section title="Code">
        <p>{CODE[code.relation]}</p>
        {[...code.ahead, ...code.behind].length > 0 && (
          <ul>
            {[...code.ahead, ...code.behind].map(({ oid, subject, author }) => (
              <li key={oid}>
                <code>{oneLine(oid.slice(0, 8))}</code> {oneLine(subject)}{" "}
                <span class="dim">{oneLine(author)}</span>
              </li>
            ))}
          </ul>
        )}
        {tasks.changed.map(({ name, before, after, diff }) => (
          <details key={`${before} ${after}`} open>
            <summary>
              {oneLine(name)} <Id of={{ type: "Task", id: before }} /> →{" "}
              <Id of={{ type: "Task", id: after }} />
            </summary>
            <Diff lines={diff} />
          </details>
        ))}
        <TaskNames title="Only in the first" of={tasks.removed} />
        <TaskNames title="Only in the second" of={tasks.added} />
      </Section>
      {changes.length > 0 && (
        <Section title="Arguments and result">
          {changes.map(({ name, before, after, diff }) => (
            <div key={String(name)} class="change">
              <strong>{name === null ? "result" : oneLine(String(name))}</strong>{" "}
              <code class="value">{visible(before?.text ?? "(none)")}</code> →{" "}
              <code class="value">{visible(after?.text ?? "(none)")}</code>
              {diff && diff.lines.length > 0 && <Diff lines={diff.lines} />}
            </div>
          ))}
        </Section>
      )}
      {files.changed.length > 0 && (
        <Section title="Files">
          <ul>
            {files.changed.map(({ path, before, after }) => (
              <li key={path}>
                {oneLine(path)}{" "}
                <span class="dim">
                  {before.length === 0
                    ? "new"
                    : after.length === 0
                      ? "no longer touched"
                      : "changed"}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Jobs">
        <table class="data">
          <thead>
            <tr>
              <th>Task</th>
              <th class="number">Jobs</th>
              <th class="number">then</th>
              <th class="number">Time</th>
              <th class="number">then</th>
            </tr>
          </thead>
          <tbody>
            {[{ task: null, ...jobs.all }, ...jobs.tasks].map(({ task, before, after }) => (
              <tr key={task ?? "\0"}>
                <th scope="row">{task === null ? "All" : oneLine(task)}</th>
                <td class="number">{before.total}</td>
                <td class="number">{after.total}</td>
                <td class="number">{duration(before.milliseconds)}</td>
                <td class="number">{duration(after.milliseconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </>
  );
}

const CODE = {
  same: "Both ran the same commit.",
  ahead: "The second ran a later commit:",
  behind: "The second ran an earlier commit:",
  diverged: "They ran commits of two lines of development:",
  unknown: "Not both commits are known here.",
} as const;

function TaskNames(props: {
  readonly title: string;
  readonly of: readonly { readonly name: string; readonly hash: string }[];
}) {
  if (props.of.length === 0) return null;
  return (
    <p>
      {props.title}:{" "}
      {props.of.map(({ name, hash }) => (
        <span key={hash}>
          <Id of={{ type: "Task", id: hash }}>{oneLine(name)}</Id>{" "}
        </span>
      ))}
    </p>
  );
}
