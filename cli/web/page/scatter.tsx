/** A plot of any numbers of executions against any other. */
import { useState } from "preact/hooks";
import { hrefOf } from "./address.ts";
import type { Answer } from "./ask.ts";
import { statusClass } from "./parts.tsx";
import { type Axis, axisOf, numbersOf } from "./plot.ts";
import { localTime, oneLine, shortId } from "./words.ts";

const WIDTH = 720;
const HEIGHT = 340;
const LEFT = 80;
const BOTTOM = 44;

export function Scatter({ of }: { readonly of: Answer<"table"> }) {
  const columns = numbersOf(of);
  const [names, setNames] = useState<readonly [string, string]>(["started", ""]);
  const x = columns.find(({ name }) => name === names[0]) ?? columns[0]!;
  const y =
    columns.find(({ name }) => name === names[1]) ??
    columns.find(({ name }) => !["started", "seconds"].includes(name)) ??
    columns[1]!;
  const points = of.rows.flatMap(({ execution }, at) => {
    const [a, b] = [x.values[at]!, y.values[at]!];
    return Number.isNaN(a) || Number.isNaN(b) ? [] : [{ execution, a, b }];
  });
  const [across, up] = [axisOf(points.map(({ a }) => a)), axisOf(points.map(({ b }) => b))];
  const left = (a: number) => LEFT + across.place(a) * (WIDTH - LEFT - 16);
  const top = (b: number) => 10 + (1 - up.place(b)) * (HEIGHT - BOTTOM - 10);
  const text = (name: string, value: number) =>
    name === "started" ? localTime(new Date(value).toISOString()) : short(value);
  const choice = (label: string, value: string, change: (name: string) => void) => (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => change(event.currentTarget.value)}>
        {columns.map(({ name }) => (
          <option key={name} value={name}>
            {oneLine(name)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <figure class="scatter">
      <figcaption class="actions">
        {choice("Across", x.name, (name) => setNames([name, y.name]))}
        {choice("Up", y.name, (name) => setNames([x.name, name]))}
      </figcaption>
      {points.length === 0 ? (
        <p class="dim">No execution has both.</p>
      ) : (
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          aria-label={`${oneLine(y.name)} by ${oneLine(x.name)}`}
        >
          {across.ticks.map((tick) => (
            <g key={tick} class="tick">
              <line x1={left(tick)} x2={left(tick)} y1={10} y2={HEIGHT - BOTTOM} />
              <text x={left(tick)} y={HEIGHT - BOTTOM + 16} text-anchor="middle">
                {x.name === "started" ? moment(tick, across) : short(tick)}
              </text>
            </g>
          ))}
          {up.ticks.map((tick) => (
            <g key={tick} class="tick">
              <line x1={LEFT} x2={WIDTH - 16} y1={top(tick)} y2={top(tick)} />
              <text x={LEFT - 6} y={top(tick) + 4} text-anchor="end">
                {y.name === "started" ? moment(tick, up) : short(tick)}
              </text>
            </g>
          ))}
          <text class="name" x={(LEFT + WIDTH) / 2} y={HEIGHT - 6} text-anchor="middle">
            {oneLine(x.name)}
          </text>
          {points.map(({ execution, a, b }) => (
            <a key={execution.id} href={hrefOf(execution)}>
              <circle cx={left(a)} cy={top(b)} r={5} class={statusClass(execution.status)}>
                <title>{`${shortId(execution.id)} ${execution.status}\n${oneLine(x.name)}: ${text(x.name, a)}\n${oneLine(y.name)}: ${text(y.name, b)}`}</title>
              </circle>
            </a>
          ))}
        </svg>
      )}
    </figure>
  );
}

/** A time of an axis: of one day, the time of the day. */
function moment(time: number, { ticks }: Axis): string {
  const text = localTime(new Date(time).toISOString());
  return ticks.at(-1)! - ticks[0]! < 86_400_000 ? text.slice(11) : text.slice(0, 16);
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
