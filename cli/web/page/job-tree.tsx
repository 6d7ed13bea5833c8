/** The jobs of an execution as a tree that folds. Only rows in view are drawn: there may be 100,000. */
import { useMemo, useRef, useState } from "preact/hooks";
import { goTo, hrefOf } from "./address.ts";
import type { Answer } from "./ask.ts";
import { childrenOf, jobRows } from "./job-rows.ts";
import { Status } from "./parts.tsx";
import { counted, duration, oneLine, shortId } from "./words.ts";

const ROW = 26;
const IN_VIEW = 24;

export function JobTree({ of }: { readonly of: Answer<"chart"> }) {
  const children = useMemo(() => childrenOf(of.jobs), [of]);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [at, setAt] = useState(0);
  const [top, setTop] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => jobRows(children, folded), [children, folded]);
  const fold = (job: number, isFolded = !folded.has(job)) => {
    const next = new Set(folded);
    if (isFolded) next.add(job);
    else next.delete(job);
    setFolded(next);
  };
  const move = (to: number) => {
    const row = Math.max(0, Math.min(rows.length - 1, to));
    setAt(row);
    const { current } = frame;
    if (!current) return;
    if (row * ROW < current.scrollTop) current.scrollTop = row * ROW;
    const below = (row + 1) * ROW - current.clientHeight;
    if (below > current.scrollTop) current.scrollTop = below;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    if (!row) return;
    const { job, hasChildren, depth } = row;
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      PageDown: () => move(at + IN_VIEW),
      PageUp: () => move(at - IN_VIEW),
      Home: () => move(0),
      End: () => move(rows.length - 1),
      ArrowRight: () => (hasChildren && folded.has(job) ? fold(job, false) : move(at + 1)),
      ArrowLeft: () => {
        if (hasChildren && !folded.has(job)) return fold(job, true);
        move(rows.slice(0, at).findLastIndex((above) => above.depth < depth));
      },
      Enter: () => goTo(`jobs/${of.jobs[job]![0]}`),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const first = Math.max(0, Math.floor(top / ROW) - IN_VIEW);
  const shown = rows.slice(first, first + 3 * IN_VIEW);
  return (
    <>
      <p class="actions">
        <button type="button" onClick={() => setFolded(new Set())}>
          Unfold all
        </button>
        <button
          type="button"
          onClick={() => setFolded(new Set([...children.keys()].filter((job) => job >= 0)))}
        >
          Fold all
        </button>
        <span class="dim">{counted(rows.length, "row")}</span>
      </p>
      <div
        class="tree"
        role="tree"
        aria-label="Jobs"
        tabIndex={0}
        ref={frame}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: `${rows.length * ROW}px`, position: "relative" }}>
          {shown.map(({ job, depth, hasChildren }, place) => {
            const [id, , task, status, , took, args] = of.jobs[job]!;
            return (
              <div
                key={job}
                role="treeitem"
                tabIndex={-1}
                aria-level={depth + 1}
                aria-expanded={hasChildren ? !folded.has(job) : undefined}
                aria-selected={first + place === at}
                class={`row ${first + place === at ? "here" : ""}`}
                style={{
                  top: `${(first + place) * ROW}px`,
                  paddingLeft: `${Math.min(depth, 30) * 18}px`,
                }}
              >
                <button
                  type="button"
                  class="fold"
                  tabIndex={-1}
                  hidden={!hasChildren}
                  aria-label={folded.has(job) ? "Unfold" : "Fold"}
                  onClick={() => fold(job)}
                >
                  {folded.has(job) ? "▸" : "▾"}
                </button>
                <Status status={of.statuses[status]!} />
                <a href={hrefOf({ type: "Job", id })} class="id" tabIndex={-1}>
                  {shortId(id)}
                </a>
                <span>
                  {oneLine(of.tasks[task]!)}
                  {args && <span class="dim">({oneLine(args)})</span>}
                </span>
                <span class="dim end">{took === null ? "" : duration(took)}</span>
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}
