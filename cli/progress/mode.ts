import { RedunError } from "../../src/errors.ts";
import type { Io } from "../io.ts";

/** How a run is reported on stderr. */
export const PROGRESS_MODES = ["plain", "live", "json", "none"] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

interface ProgressOptions {
  readonly progress?: string;
  readonly quiet?: boolean;
}

/**
 * What `--progress` and `-q` ask for; undefined where neither is given.
 * @throws RedunError USAGE for a mode that there is not, and for two that contradict each other
 */
export function askedMode({ progress, quiet }: ProgressOptions): ProgressMode | undefined {
  const mode = PROGRESS_MODES.find((one) => one === progress);
  if (progress !== undefined && mode === undefined) {
    throw new RedunError("USAGE", `There is no progress "${progress}".`, `Use ${list}.`);
  }
  if (!quiet) return mode;
  if (mode === undefined || mode === "none") return "none";
  throw new RedunError(
    "USAGE",
    `-q asks for no progress, and --progress ${mode} for some.`,
    "Give one of them: -q is `--progress none`.",
  );
}

const list = `${PROGRESS_MODES.slice(0, -1)
  .map((mode) => `\`${mode}\``)
  .join(", ")} or \`${PROGRESS_MODES.at(-1)}\``;

/**
 * How a run is reported: live on a terminal that can move its cursor, and lines anywhere else.
 * @param canShow whether there is a process that keeps the view, which is another one than the run's
 * @throws RedunError USAGE; also for a live view where stderr is not a terminal
 */
export function progressMode(options: ProgressOptions, io: Io, canShow: boolean): ProgressMode {
  const asked = askedMode(options);
  if (asked === "live" && !io.stderr.isTTY) {
    throw new RedunError(
      "USAGE",
      "A live view needs a terminal, and stderr is none.",
      "Leave --progress out: it is live on a terminal by itself.",
    );
  }
  if (asked === "live") return canShow ? "live" : "plain";
  if (asked !== undefined) return asked;
  return canShow && io.env.TERM !== "dumb" ? "live" : "plain";
}
