import type { Above, StepLine } from "../../src/exec/step-line.ts";

/** A run that a recorded program started, as a job of that program's execution. */
export interface StepOfRun {
  /** What the worker gets in its environment: whatever it starts is part of this job. */
  readonly env: Readonly<Record<string, string>>;
  end(status: number): Promise<void>;
}

/** Undefined outside of a recorded program, which costs nothing to find out. */
export async function stepOfRun([script, task = "run"]: readonly [
  script?: string,
  task?: string,
  ...more: string[],
]): Promise<StepOfRun | undefined> {
  if (!process.env.REDUN_JOB) return undefined;
  const { above, StepLine } = await import("../../src/exec/step-line.ts");
  const run = above(process.env);
  return run && begin(StepLine, run, script, task);
}

async function begin(
  Line: typeof StepLine,
  run: Above,
  script: string | undefined,
  task: string,
): Promise<StepOfRun> {
  const problem = (text: string) => void process.stderr.write(`[redun] Warning: ${text}\n`);
  const words = ["redun-git", ...process.argv.slice(2)];
  const directory = process.cwd();
  const line = await Line.begin(
    run,
    {
      name: task,
      words,
      directory,
      env: {},
      inputs: script === undefined ? [] : [script],
      stdin: null,
      tags: [],
    },
    problem,
  );
  const nothing = { signal: null, outputs: [], isFound: false, more: 0, missing: [], usage: {} };
  return {
    env: { REDUN_JOB: line.job ?? run.job },
    end: (status) => line.end({ ...nothing, status }, problem),
  };
}
