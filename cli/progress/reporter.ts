import type { SchedulerListener } from "../../src/engine/run-events.ts";
import { parseBoolean } from "../../src/git/files/config-values.ts";
import { logWords } from "../../src/log/ref.ts";
import { viewer } from "../run/channel.ts";
import type { Workspace } from "../workspace.ts";
import { JsonReporter } from "./json-reporter.ts";
import { progressMode } from "./mode.ts";
import { RunReporter } from "./run-reporter.ts";
import { SnapshotSender } from "./snapshot-sender.ts";

/** Tells on stderr what a run does. */
export interface Reporter extends SchedulerListener {
  readonly hasStarted: boolean;
  /** The run's record could not be committed at its end. */
  readonly isRecordLeft: boolean;
  /** Tells why a run failed. */
  failed(error: unknown): void;
}

/** @throws RedunError USAGE */
export function runReporter(
  workspace: Workspace,
  options: {
    readonly progress?: string;
    readonly quiet?: boolean;
    readonly noProv?: boolean;
  },
): Reporter {
  const { io } = workspace;
  const mode = progressMode(options, io, viewer.descriptor !== undefined);
  const isRecorded = !options.noProv;
  if (mode === "json") return new JsonReporter(io, { isRecorded });
  return new RunReporter(io, {
    mode,
    isRecorded,
    logWords: () => logWords(workspace.ref, workspace.config),
    hasJobLines: () => parseBoolean(workspace.config.get("redun.logLines") ?? "true") !== false,
    ...(mode === "live" && { snapshots: new SnapshotSender(viewer.descriptor!, io.cwd) }),
  });
}
