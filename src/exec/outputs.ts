import { fstatSync } from "node:fs";
import { isatty } from "node:tty";
import { type OutputPipe, Pipes } from "./pipes.ts";

/** How the outputs of a program are listened to. */
export interface Listening {
  /** Bytes to keep of the head of each output, and again of the tail. */
  readonly keep: number;
  /** So much of the head of its output is kept, and the streams are its own: nothing is read or passed on. */
  readonly alone?: { readonly keepStdout: number };
}

/** The outputs of a program that is to be started. */
export interface Outputs {
  readonly pipes: Pipes;
  /** Undefined of what goes to a terminal, which only its program can read. */
  readonly stdout: OutputPipe | undefined;
  readonly stderr: OutputPipe | undefined;
  /** Both go to one place: the order of what they say is kept by giving the program one pipe. */
  readonly areOne: boolean;
}

/** Makes what a program's outputs need, in a temporary directory. */
export async function outputsFor(
  { keep, alone }: Listening,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Outputs> {
  if (alone) {
    const pipes = await Pipes.make(
      [alone.keepStdout, keep].map((keep) => ({ to: null, keep })),
      folder,
      env,
    );
    const [stdout, stderr] = pipes.opened;
    return { pipes, stdout, stderr, areOne: false };
  }
  const areOne = isSameFile(1, 2);
  // Of what is not kept the program's own streams are those of this process.
  const heard = keep === 0 ? [] : (areOne ? [1] : [1, 2]).filter((output) => !isatty(output));
  const pipes = await Pipes.make(
    heard.map((to) => ({ to, keep })),
    folder,
    env,
  );
  const of = (output: number) => pipes.opened[heard.indexOf(output)];
  return { pipes, stdout: of(1), stderr: of(2), areOne };
}

function isSameFile(a: number, b: number): boolean {
  try {
    const [one, other] = [fstatSync(a), fstatSync(b)];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}
