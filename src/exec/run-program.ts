import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { redactText } from "../redact.ts";
import type { KeptOutput } from "./kept-output.ts";
import { type Outputs, outputsFor } from "./outputs.ts";
import { type ProgramEnd, startProgram } from "./program.ts";
import { EXECUTION, JOB, SOCKET, TAGS } from "./step-protocol.ts";
import type { SaidTags } from "./tag-lines.ts";
import { TagLineReader } from "./tag-lines.ts";

/** The tags that a running program gives itself are read this often, in milliseconds. */
const READ_EVERY = 500;
/** Bad lines that are reported one by one. */
const TOLD_LINES = 10;

export interface ProgramRequest {
  readonly words: readonly string[];
  readonly cwd: string;
  /** A temporary directory, for its tags. */
  readonly folder: string;
  /** Bytes to keep of head and tail of each output. */
  readonly keep: number;
  /** Its outputs, where they are made already. */
  readonly outputs: Promise<Outputs> | null;
  /** It gets nothing to read. */
  readonly isAlone?: boolean;
  readonly execution: string;
  readonly job: string;
  readonly socket: string;
  /** Receives the tags that the program gives its job or the execution. */
  readonly onTags: (tags: SaidTags) => void;
  /** Receives the mistakes in what the program said. */
  readonly onProblem: (text: string) => void;
  /** Gets what ends the program, once it runs. */
  readonly onStart: (kill: (signal: NodeJS.Signals) => void, pid: number) => void;
}

/** A program that has ended, and what it said by its files. */
export interface RunProgram {
  readonly end: ProgramEnd;
  /** Outputs that it declared itself, as it wrote them. */
  readonly outputs: readonly string[];
}

/**
 * Runs a program as a job: it finds in its environment which one it is, and a file for its tags.
 * @throws RedunError COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
 */
export async function runProgram(request: ProgramRequest): Promise<RunProgram> {
  const { words, cwd, execution, job, socket, onTags, onProblem, onStart, isAlone } = request;
  const path = join(request.folder, `tags-${job.slice(0, 8)}`);
  writeFileSync(path, "");
  const reader = new TagLineReader(path);
  const saidOutputs: string[] = [];
  let badLines = 0;
  const read = (isEnd: boolean) => {
    const said = reader.read(isEnd);
    saidOutputs.push(...said.outputs);
    if (said.job.length + said.execution.length > 0)
      onTags({ job: said.job, execution: said.execution });
    for (const { line, why } of said.bad) {
      if (++badLines <= TOLD_LINES) onProblem(`${TAGS}, line ${line}: ${why}`);
    }
  };
  const outputs = await (request.outputs ?? outputsFor(request, request.folder, process.env));
  const timer = setInterval(() => read(false), READ_EVERY).unref();
  try {
    const env = {
      ...process.env,
      [EXECUTION]: execution,
      [JOB]: job,
      [TAGS]: path,
      [SOCKET]: socket,
    };
    const program = startProgram({ words, cwd, env, outputs, isAlone: isAlone ?? false });
    onStart(program.kill, program.pid);
    const end = await program.ended;
    read(true);
    const untold = badLines - TOLD_LINES;
    if (untold > 0) onProblem(`${TAGS}: ${untold} more lines could not be taken`);
    return { end, outputs: saidOutputs };
  } finally {
    clearInterval(timer);
    outputs.pipes.close();
  }
}

/** An output as it is recorded: nothing of an empty one, and no secrets that look like some. */
export function recordedOutput(kept: KeptOutput | null): unknown {
  const value = kept?.value() ?? "";
  if (typeof value === "string") return value === "" ? undefined : redactText(value);
  return { head: redactText(value.head), tail: redactText(value.tail), bytes: value.bytes };
}
