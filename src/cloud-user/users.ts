import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { withoutRunMark } from "../run-mark.ts";
import type { TagPair } from "../tag/tag.ts";
import { ARN, ASK_AWS, awsCredentials } from "./aws.ts";
import { gcpUser } from "./gcp.ts";

/** Who could not be told is asked for again after so many milliseconds. */
const AGAIN = 10 * 60_000;

/**
 * The tags `user_aws` and `user_gcp`, by redun's names: whose credentials a run has. Nobody waits for them: what has to be
 * asked for is asked by a process of its own, whose output is the memory of it.
 */
export class CloudUsers {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  /** Where the answer for `user_aws` will be; null where nothing is to be expected. */
  #expected: string | null = null;

  /**
   * @param folder holds what is remembered, a small file for each set of credentials
   */
  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = env;
  }

  /** Those that are known at once; begins to ask for the others. Never throws. */
  known(wanted: ReadonlySet<string>): TagPair[] {
    const tags: TagPair[] = [];
    const gcp = wanted.has("user_gcp") ? gcpUser(this.#env) : null;
    const credentials = wanted.has("user_aws") ? awsCredentials(this.#env) : null;
    if (credentials !== null) {
      this.#expected = join(this.#folder, `aws-${credentials}`);
      tags.push(...this.come());
      if (this.#expected !== null) this.#ask(this.#expected);
    }
    if (gcp !== null) tags.push(["user_gcp", gcp]);
    return tags;
  }

  /** Those that have become known since. */
  come(): TagPair[] {
    const arn = this.#expected === null ? null : remembered(this.#expected);
    if (arn === null) return [];
    this.#expected = null;
    return [["user_aws", arn]];
  }

  #ask(path: string): void {
    try {
      const asked = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (Date.now() - asked < AGAIN) return;
      mkdirSync(this.#folder, { recursive: true });
      const file = openSync(path, "w", 0o600);
      const [program, words] = ASK_AWS;
      const child = spawn(program, words, {
        stdio: ["ignore", file, "ignore"],
        detached: true,
        env: { ...withoutRunMark(this.#env), ...regionFor(this.#env) },
      });
      child.on("error", () => {});
      child.unref();
      closeSync(file);
    } catch {
      // A run does without.
    }
  }
}

/** The first version of `aws` does not know the variable that the clients of AWS know. */
function regionFor({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv) {
  return AWS_REGION && !AWS_DEFAULT_REGION ? { AWS_DEFAULT_REGION: AWS_REGION } : {};
}

function remembered(path: string): string | null {
  try {
    return ARN.exec(readFileSync(path, "utf8"))?.[1] ?? null;
  } catch {
    return null;
  }
}
