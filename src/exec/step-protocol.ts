/**
 * How a program that runs as a job tells the command line above it of the programs that it starts in
 * turn: over a socket, one JSON text a line. What is begun and not ended when its connection closes
 * has died.
 */
import type { StandIn } from "./earlier.ts";
import type { EndedProgram } from "./program-end.ts";
import type { SaidTags } from "./tag-lines.ts";

/** Variables in the environment of a recorded program: */
export const EXECUTION = "REDUN_EXECUTION";
export const JOB = "REDUN_JOB";
/** a file, each line of which becomes a tag, */
export const TAGS = "REDUN_TAGS";
/** and where the command line listens that records the execution. */
export const SOCKET = "REDUN_SOCKET";

/** A program as its job's arguments have it. Paths are absolute. */
export interface StepBegin {
  /** Id of the job that it is part of. */
  readonly parent: string;
  readonly name: string;
  readonly words: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly inputs: readonly string[];
  /** What it may read from its standard input beside these: see `StandardInput`. */
  readonly stdin: "pipe" | "socket" | "file" | null;
  /** Tags of the job, each as `key=value`. */
  readonly tags: readonly string[];
  /** An earlier program may stand for it: one that made what these patterns stand for. */
  readonly cached?: { readonly outputs: readonly string[] };
}

/** What the command of a step says, */
export type StepRequest =
  | { readonly begin: StepBegin }
  | { readonly tags: SaidTags }
  | { readonly end: EndedProgram };

/** and what it hears: that its job has begun, or need not; that it is recorded, or why it cannot be. */
export type StepAnswer =
  | { readonly job: string }
  | { readonly skipped: StandIn }
  | { readonly recorded: true }
  | { readonly refused: string };
