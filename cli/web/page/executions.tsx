/** Lists: executions, and entities of any other type. */
import { useEffect, useState } from "preact/hooks";
import type { AddressedType, ListAddress } from "../../../src/views/address.ts";
import { nameOf } from "../../../src/views/address.ts";
import { goTo, href } from "./address.ts";
import { type Answer, ask, type Unanswered, useAnswer } from "./ask.ts";
import { ExecutionCells, Id, Loaded, Problem, Status, Took } from "./parts.tsx";
import { Tags } from "./tags.tsx";
import { counted, oneLine } from "./words.ts";

type Item = Answer<"list">["items"][number];

const TYPES: readonly AddressedType[] = ["Execution", "Job", "Task", "File", "Value", "CallNode"];

export function List({ address }: { readonly address: ListAddress }) {
  if (address.type !== null) return <ListOfType type={address.type} query={address.query} />;
  return (
    <>
      <QueryForm type={null} query={address.query} />
      {TYPES.filter((type) => type !== "File").map((type) => (
        <section key={type}>
          <h2>
            <a href={href({ kind: "list", type, query: address.query })}>{nameOf(type)}</a>
          </h2>
          <Rows type={type} query={address.query} limit={10} />
        </section>
      ))}
    </>
  );
}

function ListOfType({
  type,
  query,
}: {
  readonly type: AddressedType;
  readonly query: string | null;
}) {
  return (
    <>
      <QueryForm type={type} query={query} />
      <div class={type === "Execution" ? "beside" : ""}>
        <div>
          <Rows key={`${type} ${query}`} type={type} query={query} limit={50} />
        </div>
        {/* Asked for after the rows: of 100,000 executions they take a second. */}
        {type === "Execution" && <Facets query={query} />}
      </div>
    </>
  );
}

/** What executions can be chosen by, with how many there are of each. */
function Facets({ query }: { readonly query: string | null }) {
  const { value } = useAnswer("facets", query === null ? {} : { query });
  return (
    <aside class="facets" aria-label="Facets">
      {value && <p class="dim">{counted(value.count, "execution")}</p>}
      {value?.facets.map(({ name, values, more }) => (
        <section key={name}>
          <h3>{oneLine(name)}</h3>
          <ul>
            {values.map(({ text, count, isChosen, query }) => (
              <li key={text}>
                <a
                  href={href({ kind: "list", type: "Execution", query })}
                  aria-current={isChosen ? "true" : undefined}
                >
                  {isChosen && "✓ "}
                  {oneLine(text)}
                </a>
                <span class="number dim">{count.toLocaleString("en")}</span>
              </li>
            ))}
          </ul>
          {more > 0 && <a href={href({ kind: "tags", key: name })}>{more} more</a>}
        </section>
      ))}
    </aside>
  );
}

/** The query of a list, as `log --where` takes it. */
function QueryForm(props: { readonly type: AddressedType | null; readonly query: string | null }) {
  const [text, setText] = useState(props.query ?? "");
  useEffect(() => setText(props.query ?? ""), [props.query]);
  const submit = (event: Event) => {
    event.preventDefault();
    goTo({ kind: "list", type: props.type, query: text.trim() || null });
  };
  return (
    <search>
      <form class="query" onSubmit={submit}>
        <h1>{props.type ? nameOf(props.type) : "all"}</h1>
        <input
          type="search"
          data-key="/"
          aria-label="Query"
          placeholder="env=prod and (status=failed or cost > 3) and started > 2d"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit">Filter</button>
      </form>
    </search>
  );
}

function Rows(props: {
  readonly type: AddressedType;
  readonly query: string | null;
  readonly limit: number;
}) {
  const { type, query, limit } = props;
  const asks = {
    type: nameOf(type),
    limit: String(limit),
    ...(query !== null && { query }),
  };
  const first = useAnswer("list", asks, ({ items }) => items.some(isRunning));
  const [more, setMore] = useState<readonly Answer<"list">[]>([]);
  const [error, setError] = useState<Unanswered | null>(null);
  const [marked, setMarked] = useState<readonly string[]>([]);
  const mark = (id: string) =>
    setMarked(marked.includes(id) ? marked.filter((one) => one !== id) : [...marked, id]);
  return (
    <Loaded of={first}>
      {(page) => {
        const pages = [page, ...more];
        const items = pages.flatMap((one) => one.items);
        const next = pages.at(-1)!.next;
        const load = async () => {
          try {
            setMore([...more, await ask("list", { ...asks, after: next! })]);
          } catch (thrown) {
            setError(thrown as Unanswered);
          }
        };
        if (items.length === 0)
          return <p class="dim">Nothing {query ? "matches" : "is here yet"}.</p>;
        return (
          <>
            {!page.isWhole && (
              <p class="problem">This clone is partial: some records are missing.</p>
            )}
            {type === "Execution" ? (
              <Executions items={items} marked={marked} onMark={mark} />
            ) : (
              <Entities type={type} items={items} />
            )}
            {error && <Problem of={error} />}
            <p class="actions">
              {next !== null && limit > 10 && (
                <button type="button" data-key="m" onClick={load}>
                  More
                </button>
              )}
              {type === "Execution" && (
                <>
                  {marked.length > 1 && (
                    <a data-key="c" href={href({ kind: "compare", ids: marked, query: null })}>
                      Compare the {marked.length} marked
                    </a>
                  )}
                  <a href={href({ kind: "compare", ids: [], query })}>Table and plot of these</a>
                </>
              )}
            </p>
          </>
        );
      }}
    </Loaded>
  );
}

function isRunning(item: Item): boolean {
  return item.type === "Execution" && item.status === "RUNNING";
}

function Executions(props: {
  readonly items: readonly Item[];
  readonly marked: readonly string[];
  readonly onMark: (id: string) => void;
}) {
  return (
    <table class="rows">
      <thead>
        <tr>
          <th>
            <span class="hidden">Mark</span>
          </th>
          <th>Id</th>
          <th>Started</th>
          <th>Status</th>
          <th class="number">Took</th>
          <th>Task</th>
          <th>Tags</th>
        </tr>
      </thead>
      <tbody>
        {props.items.map((item) =>
          item.type !== "Execution" ? null : (
            <tr key={item.id} data-row>
              <td>
                <input
                  type="checkbox"
                  data-row-key="x"
                  aria-label={`Mark ${item.id.slice(0, 8)} to compare it`}
                  checked={props.marked.includes(item.id)}
                  onChange={() => props.onMark(item.id)}
                />
              </td>
              <ExecutionCells of={item} />
              <td>{oneLine(item.task)}</td>
              <td>
                <Tags of={item} />
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

function Entities(props: { readonly type: AddressedType; readonly items: readonly Item[] }) {
  return (
    <table class="rows">
      <tbody>
        {props.items.map((item) => (
          <tr key={item.id} data-row>
            <td>
              <Id of={item} />
            </td>
            <Described item={item} />
            <td>
              <Tags of={item} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What an entity is, in two cells. */
function Described({ item }: { readonly item: Item }) {
  switch (item.type) {
    case "Execution":
      return <td colSpan={2}>{oneLine(item.task)}</td>;
    case "Job":
      return (
        <>
          <td>
            <Status status={item.status} /> <Took of={item} />
          </td>
          <td>
            {oneLine(item.task)}
            <span class="dim">({oneLine(item.argsText)})</span>
          </td>
        </>
      );
    case "Task":
      return <td colSpan={2}>{oneLine(item.name ?? "")}</td>;
    case "CallNode":
      return <td colSpan={2}>{oneLine(item.job?.task ?? "")}</td>;
    default:
      return (
        <>
          <td>{oneLine(item.path ?? item.valueType ?? "only its hash is recorded")}</td>
          <td class="dim">{oneLine(item.path ? "" : (item.text ?? ""))}</td>
        </>
      );
  }
}
