import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { constants, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import { optionalPackage } from "../optional-package.ts";
import { Bucket, bucketAddress, type S3Sdk } from "./bucket.ts";
import { unpack } from "./code-archive.ts";
import { fetchFiles, filesIn, sendFiles } from "./files.ts";

/** Between two looks whether somebody still waits for the call, in milliseconds. */
const LOOK = 5000;

export interface ElementPlaces {
  /** `s3://<area>/arrays/<token>/calls/<n>` */
  readonly input: string;
  /** `s3://<area>/arrays/<token>/answers/<n>`; `status/<n>`, `logs/<n>.out` and `logs/<n>.err` are beside that folder. */
  readonly output: string;
  /** `s3://<area>/code/<name>.jsonl.gz` */
  readonly code: string | undefined;
  /** The current directory, whose packages the code may import. */
  readonly cwd: string;
  /** This command line: words that `oneshot` may follow. */
  readonly command: readonly string[];
}

/**
 * Runs a call whose text is an object of S3, with code that is one too, by `redun-git oneshot` in a process of its own, and writes
 * what came of it beside the call: as an element of an array does in a folder that it shares (`ArrayFolder`).
 * @returns the exit status
 * @throws RedunError EXECUTOR_FAILED
 */
export async function runElement({
  input,
  output,
  code,
  cwd,
  command,
}: ElementPlaces): Promise<number> {
  const [, area, array, n] = /^(.*)\/(arrays\/[^/]+)\/calls\/(\d+)$/.exec(input) ?? [];
  const at = area === undefined ? null : bucketAddress(area);
  const [, name] = /\/code\/([^/]+)\.jsonl\.gz$/.exec(code ?? "") ?? [];
  if (!at || output !== `${area}/${array}/answers/${n}` || name === undefined) throw badPlaces();
  const sdk = optionalPackage<S3Sdk>("@aws-sdk/client-s3", "A call on S3", cwd);
  const bucket = new Bucket(sdk, at, undefined);
  const call = await bucket.get(`${array}/calls/${n}`);
  // It was withdrawn.
  if (call === null) return 0;
  // It was begun before, on a host that was lost.
  await bucket.remove([`${array}/status/${n}`]);
  const root = await codeFolder(bucket, name, cwd);
  await fetchFiles(bucket, root, filesIn(call.toString()));
  const folder = mkdtempSync(join(tmpdir(), "redun-git-call-"));
  try {
    writeFileSync(join(folder, "call"), call);
    const isWanted = () => bucket.has(`${array}/calls/${n}`);
    const status = await runHere(folder, root, [...command, "oneshot"], isWanted);
    for (const [file, name] of [
      ["answer", `answers/${n}`],
      ["out", `logs/${n}.out`],
      ["err", `logs/${n}.err`],
    ] as const) {
      const path = join(folder, file);
      const bytes = existsSync(path) ? readFileSync(path) : null;
      if (bytes && file === "answer") await sendFiles(bucket, root, filesIn(bytes.toString()));
      if (bytes && bytes.length > 0) await bucket.put(`${array}/${name}`, bytes);
    }
    await bucket.put(`${array}/status/${n}`, `${status}\n${hostname()}\n`);
    return status === "0" ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    bucket.close();
  }
}

/** Runs the call in a folder, from the top of the code. Returns how it ended: its exit status, or `TERM` where it was told to end. */
async function runHere(
  folder: string,
  root: string,
  [program, ...words]: readonly string[],
  isWanted: () => Promise<boolean>,
): Promise<string> {
  const [out, err] = ["out", "err"].map((name) => openSync(join(folder, name), "w"));
  const files = [join(folder, "call"), join(folder, "answer")];
  const child = spawn(program!, [...words, ...files], {
    cwd: root,
    stdio: ["ignore", out!, err!],
    detached: true,
  });
  let isTold = false;
  const end = () => {
    isTold = true;
    try {
      // What it has started too.
      process.kill(-child.pid!, "SIGTERM");
    } catch {
      // It has just ended.
    }
  };
  process.on("SIGTERM", end);
  const looking = setInterval(() => {
    isWanted().then(
      (isStill) => isStill || end(),
      () => {},
    );
  }, LOOK);
  try {
    return await new Promise<string>((done, fail) => {
      child.once("error", fail);
      child.once("exit", (code, signal) => {
        done(isTold ? "TERM" : String(code ?? 128 + constants.signals[signal!]));
      });
    });
  } finally {
    clearInterval(looking);
    process.off("SIGTERM", end);
  }
}

/**
 * Where the code is unpacked: below the current directory, so that it imports the packages of that, or else in a temporary
 * directory. Once for all calls that come to one machine.
 */
async function codeFolder(bucket: Bucket, name: string, cwd: string): Promise<string> {
  const above = folderIn(cwd);
  const folder = join(above, name);
  if (existsSync(folder)) return folder;
  const archive = await bucket.get(`code/${name}.jsonl.gz`);
  if (archive === null) {
    const address = bucket.address(`code/${name}.jsonl.gz`);
    throw new RedunError("EXECUTOR_FAILED", `There is no code at ${address}.`);
  }
  const aside = mkdtempSync(join(above, "."));
  try {
    unpack(archive, aside);
    renameSync(aside, folder);
  } catch (error) {
    // Another call may have made the same one meanwhile.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}

/** For copies of code: below a folder, or in the temporary one where it cannot be there. */
function folderIn(cwd: string): string {
  const folder = join(cwd, ".redun-git");
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch {
    const other = join(tmpdir(), "redun-git-code");
    mkdirSync(other, { recursive: true });
    return other;
  }
}

function badPlaces(): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    "A call on S3 is at s3://<area>/arrays/<token>/calls/<n>, its answer goes to .../answers/<n>, and --code names s3://<area>/code/<name>.jsonl.gz.",
  );
}
