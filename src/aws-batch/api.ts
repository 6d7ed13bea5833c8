import type { BatchClient } from "@aws-sdk/client-batch";
import { isPassing } from "../bucket/aws-errors.ts";
import { patiently } from "../cluster/patiently.ts";
import { RedunError } from "../errors.ts";

export type BatchSdk = typeof import("@aws-sdk/client-batch");

/** Before a job whose answer was lost is looked for, in milliseconds: lists may be behind. */
const FIRST_PAUSE = 3000;
/** How often the client itself asks again what may be asked twice. */
const ATTEMPTS = 8;

/** Asks Batch by its client. */
export class BatchApi {
  readonly sdk: BatchSdk;
  readonly #client: BatchClient;
  /** There is no token by which Batch knows a job again, so a lost answer must not be asked for again blindly. */
  readonly #once: BatchClient;

  /** @param region null for what the environment and the files of AWS say */
  constructor(sdk: BatchSdk, region: string | undefined) {
    this.sdk = sdk;
    const where = region === undefined ? {} : { region };
    this.#client = new sdk.BatchClient({ ...where, maxAttempts: ATTEMPTS });
    this.#once = new sdk.BatchClient({ ...where, maxAttempts: 1 });
  }

  /**
   * Asks what changes nothing when it is asked twice.
   * @param what its name, for people
   * @throws RedunError EXECUTOR_FAILED
   */
  async ask<Answer>(what: string, send: (client: BatchClient) => Promise<Answer>): Promise<Answer> {
    try {
      return await send(this.#client);
    } catch (error) {
      throw failed(what, error);
    }
  }

  /**
   * Asks what must be done once, and again for some time while Batch has no time or cannot be reached.
   * @param isDone asked before each further try: whether it was done, and only its answer was lost
   * @throws RedunError EXECUTOR_FAILED
   */
  async askOnce<Answer>(
    what: string,
    send: (client: BatchClient) => Promise<Answer>,
    isDone: () => Promise<Answer | null>,
  ): Promise<Answer> {
    const said = await patiently<Said<Answer>>(
      () =>
        send(this.#once).then(
          (answer) => ({ answer }),
          (error) => ({ error }),
        ),
      (said) => "error" in said && isPassing(said.error),
      async () => {
        const answer = await isDone();
        return answer === null ? null : { answer };
      },
      FIRST_PAUSE,
    );
    if ("error" in said) throw failed(what, said.error);
    return said.answer;
  }

  close(): void {
    this.#client.destroy();
    this.#once.destroy();
  }
}

type Said<Answer> = { readonly answer: Answer } | { readonly error: unknown };

function failed(what: string, error: unknown): RedunError {
  const { name, message } = error as Error;
  const said = `AWS Batch: ${what} failed: ${message || name}`;
  return new RedunError("EXECUTOR_FAILED", said, undefined, { cause: error });
}
