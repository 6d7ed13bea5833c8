/** When the jobs of an execution ran: a bar for each, its darker parts its own work, the rest waiting for its calls. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { goTo } from "./address.ts";
import type { Answer } from "./ask.ts";
import { type Bar, type Group, timelineOf } from "./lanes.ts";
import { statusClass } from "./parts.tsx";
import { counted, duration, oneLine } from "./words.ts";

const LANE = 14;
const GAP = 10;
const LABEL = 180;
const AXIS = 22;

interface Placed {
  readonly group: Group;
  readonly top: number;
}

export function Timeline({ of }: { readonly of: Answer<"chart"> }) {
  const now = (of.ended ? Date.parse(of.ended) : Date.now()) - Date.parse(of.started);
  const { groups, end } = useMemo(() => timelineOf(of.jobs, now), [of]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  let bottom = AXIS;
  const placed = groups.map((group): Placed => {
    const top = bottom;
    bottom += group.lanes * LANE + GAP;
    return { group, top };
  });
  useEffect(() => {
    const { current } = canvas;
    if (!current?.parentElement) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(current.parentElement);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const paint = () => {
      if (canvas.current && width > 0) draw(canvas.current, width, bottom, placed, end, of);
    };
    paint();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", paint);
    return () => dark.removeEventListener("change", paint);
  }, [of, width]);
  const found = (event: MouseEvent) => {
    const [x, y] = [event.offsetX, event.offsetY];
    return barAt(placed, (x - LABEL) * (end / (width - LABEL)), y, end / (width - LABEL));
  };
  const job = hovered === null ? undefined : of.jobs[hovered];
  return (
    <div class="timeline">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Timeline of ${counted(of.jobs.length, "job")} in ${duration(end)}; the tree of jobs says the same in words`}
        style={{ height: `${bottom}px`, cursor: job ? "pointer" : "default" }}
        onMouseMove={(event) => setHovered(found(event)?.job ?? null)}
        onMouseLeave={() => setHovered(null)}
        onClick={(event) => {
          const bar = found(event);
          if (bar) goTo(`jobs/${of.jobs[bar.job]![0]}`);
        }}
      />
      <p class="dim legend">
        {job
          ? `${of.statuses[job[3]]} ${oneLine(of.tasks[job[2]]!)}(${oneLine(job[6])}): began after ${duration(job[4])}, took ${job[5] === null ? "until now" : duration(job[5])}`
          : "Dark: at work. Light: waiting for jobs that it called. Click on a bar for its job."}
      </p>
    </div>
  );
}

/** The bar at a time and height; `slack` is the time of a pixel. */
function barAt(placed: readonly Placed[], time: number, y: number, slack: number): Bar | undefined {
  const at = placed.findLast(({ top }) => top <= y);
  const lane = at && Math.floor((y - at.top) / LANE);
  return at?.group.bars.find(
    (bar) => bar.lane === lane && bar.from - 2 * slack <= time && time <= bar.to + 2 * slack,
  );
}

function draw(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  placed: readonly Placed[],
  end: number,
  of: Answer<"chart">,
): void {
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  // Browsers refuse what is higher than this.
  canvas.height = Math.min(height * ratio, 32_000);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  context.font = `12px ${style.fontFamily}`;
  context.textBaseline = "middle";
  const scale = (width - LABEL) / end;
  axis(context, colour("dim"), colour("line"), width, height, end);
  for (const { group, top } of placed) {
    context.fillStyle = colour("text");
    const name = oneLine(of.tasks[group.task]!);
    const label = group.count > 1 ? `${name} (${group.count.toLocaleString("en")})` : name;
    context.fillText(fitted(context, label, LABEL - 12), 0, top + LANE / 2);
    if (group.density) {
      drawDensity(context, group, top, scale * end, colour("done"), colour("text"));
      continue;
    }
    for (const bar of group.bars) {
      const status = statusClass(of.statuses[of.jobs[bar.job]![3]]!);
      const [x, y] = [LABEL + bar.from * scale, top + bar.lane * LANE];
      context.fillStyle = colour(status || "pending");
      context.globalAlpha = 1;
      context.fillRect(x, y + 1, Math.max(1.5, (bar.to - bar.from) * scale), LANE - 3);
      context.fillStyle = colour("back");
      context.globalAlpha = 0.65;
      for (const [from, to] of bar.waits) {
        context.fillRect(LABEL + from * scale, y + 2, (to - from) * scale, LANE - 5);
      }
      context.globalAlpha = 1;
      // Not by its colour alone.
      if (status === "failed") {
        context.fillStyle = colour("text");
        context.fillText("×", x + Math.max(1.5, (bar.to - bar.from) * scale) + 2, y + LANE / 2);
      }
    }
  }
}

function drawDensity(
  context: CanvasRenderingContext2D,
  { density, lanes }: Group,
  top: number,
  width: number,
  fill: string,
  text: string,
): void {
  const most = Math.max(...density!);
  const part = width / density!.length;
  const height = lanes * LANE - 3;
  context.fillStyle = fill;
  density!.forEach((count, at) => {
    const high = (count / most) * height;
    context.fillRect(LABEL + at * part, top + height - high, part + 0.5, high);
  });
  context.fillStyle = text;
  context.fillText(`up to ${most} at once`, 0, top + LANE * 1.5);
}

function axis(
  context: CanvasRenderingContext2D,
  text: string,
  line: string,
  width: number,
  height: number,
  end: number,
): void {
  const step = stepOf(end / Math.max(2, (width - LABEL) / 110));
  for (let time = 0; time <= end; time += step) {
    const x = LABEL + (time / end) * (width - LABEL);
    context.fillStyle = line;
    context.fillRect(x, AXIS - 4, 1, height);
    context.fillStyle = text;
    if (x + 50 < width) context.fillText(duration(time), x + 3, 8);
  }
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000].concat(
  [2, 5, 10, 30, 60, 120, 360, 720, 1440].map((minutes) => minutes * 60_000),
);

/** A step of an axis, in milliseconds, that is no shorter. */
function stepOf(least: number): number {
  const day = 86_400_000;
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / day) * day;
}

function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}
