import { NODE_HEIGHT, type PlacedGraph } from "./layout.ts";
import { oneLine } from "./words.ts";

/** A graph whose nodes lead somewhere. It scrolls where it is larger than the page. */
export function Graph({ of, about }: { readonly of: PlacedGraph; readonly about: string }) {
  const { width, height, nodes, edges } = of;
  return (
    <div class="graph">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-label={about}>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="8"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8Z" />
          </marker>
        </defs>
        {edges.map(({ from, to, label, points }) => (
          <g key={`${from} ${to}`} class="edge">
            <path
              d={`M${points.map(({ x, y }) => `${x} ${y}`).join("L")}`}
              marker-end="url(#arrow)"
            />
            {label && (
              <text {...middle(points)} text-anchor="middle">
                {oneLine(label)}
              </text>
            )}
          </g>
        ))}
        {nodes.map(({ id, label, note, look, href, x, y, width }) => {
          const body = (
            <g
              transform={`translate(${x - width / 2} ${y - NODE_HEIGHT / 2})`}
              class={`node ${look}`}
            >
              <rect width={width} height={NODE_HEIGHT} rx={look === "file" ? 0 : 6} />
              <text x={12} y={note ? 17 : 25}>
                {oneLine(label)}
              </text>
              {note && (
                <text x={12} y={32} class="note">
                  {oneLine(note)}
                </text>
              )}
            </g>
          );
          return href === null ? (
            <g key={id}>{body}</g>
          ) : (
            <a key={id} href={href}>
              {body}
            </a>
          );
        })}
      </svg>
    </div>
  );
}

function middle(points: readonly { x: number; y: number }[]): { x: number; y: number } {
  const { x, y } = points[Math.floor(points.length / 2)]!;
  return { x, y: y - 4 };
}
