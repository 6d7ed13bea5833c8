import type { S3Client } from "@aws-sdk/client-s3";
import { RedunError } from "../errors.ts";
import { statusOf } from "./aws-errors.ts";

export type S3Sdk = typeof import("@aws-sdk/client-s3");

/** How often the client asks again by itself. */
const ATTEMPTS = 8;
/** S3 removes so many objects at once. */
const MOST_REMOVED = 1000;

/** An address such as `s3://bucket/a/b`. */
export interface BucketAddress {
  readonly bucket: string;
  /** `a/b`, or "" for the whole bucket. */
  readonly key: string;
}

/** Null for what is no address of S3. */
export function bucketAddress(text: string): BucketAddress | null {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/*(.*?)\/*$/s.exec(text) ?? [];
  return bucket === undefined ? null : { bucket, key: key! };
}

/** The objects of a bucket of S3 below one key. */
export class Bucket {
  readonly #sdk: S3Sdk;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  /** @param region undefined for what the environment and the files of AWS say */
  constructor(sdk: S3Sdk, { bucket, key }: BucketAddress, region: string | undefined) {
    this.#sdk = sdk;
    this.#client = new sdk.S3Client({
      ...(region !== undefined && { region }),
      maxAttempts: ATTEMPTS,
      // A bucket of another region says where it is.
      followRegionRedirects: true,
    });
    this.#bucket = bucket;
    this.#prefix = key === "" ? "" : `${key}/`;
  }

  /** `s3://bucket/prefix/<name>` */
  address(name: string): string {
    return `s3://${this.#bucket}/${this.#prefix}${name}`;
  }

  /** @throws RedunError EXECUTOR_FAILED */
  async put(name: string, Body: Uint8Array | string): Promise<void> {
    const { PutObjectCommand } = this.#sdk;
    await this.#ask(name, "written", () =>
      this.#client.send(new PutObjectCommand({ ...this.#object(name), Body })),
    );
  }

  /** Null where there is no such object. @throws RedunError EXECUTOR_FAILED */
  async get(name: string): Promise<Buffer | null> {
    const { GetObjectCommand } = this.#sdk;
    return this.#ask(name, "read", async () => {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#object(name)));
      return Buffer.from(await Body!.transformToByteArray());
    });
  }

  /** @throws RedunError EXECUTOR_FAILED */
  async has(name: string): Promise<boolean> {
    const { HeadObjectCommand } = this.#sdk;
    const head = () => this.#client.send(new HeadObjectCommand(this.#object(name)));
    return (await this.#ask(name, "read", head)) !== null;
  }

  /** The names of the objects below a name, without it. @throws RedunError EXECUTOR_FAILED */
  async list(below: string): Promise<string[]> {
    const { paginateListObjectsV2 } = this.#sdk;
    const Prefix = `${this.#prefix}${below}/`;
    const names: string[] = [];
    await this.#ask(below, "listed", async () => {
      const pages = paginateListObjectsV2(
        { client: this.#client },
        { Bucket: this.#bucket, Prefix },
      );
      for await (const { Contents = [] } of pages) {
        names.push(...Contents.map(({ Key }) => Key!.slice(Prefix.length)));
      }
    });
    return names;
  }

  /** It is no error to remove what is not there. @throws RedunError EXECUTOR_FAILED */
  async remove(names: readonly string[]): Promise<void> {
    const { DeleteObjectsCommand } = this.#sdk;
    for (let at = 0; at < names.length; at += MOST_REMOVED) {
      const some = names.slice(at, at + MOST_REMOVED);
      const Objects = some.map((name) => ({ Key: this.#object(name).Key }));
      const Delete = { Objects, Quiet: true };
      await this.#ask(some[0]!, "removed", () =>
        this.#client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete })),
      );
    }
  }

  /** Where the client takes it to be. */
  region(): Promise<string> {
    return this.#client.config.region();
  }

  close(): void {
    this.#client.destroy();
  }

  #object(name: string) {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${name}` };
  }

  /** Null where there is no such object. */
  async #ask<Answer>(
    name: string,
    done: string,
    ask: () => Promise<Answer>,
  ): Promise<Answer | null> {
    try {
      return await ask();
    } catch (error) {
      const { name: word, message } = error as Error;
      if (statusOf(error) === 404 && word !== "NoSuchBucket") return null;
      throw new RedunError(
        "EXECUTOR_FAILED",
        `${this.address(name)} could not be ${done}: ${message || word}`,
        "Credentials and region are those that any client of AWS finds.",
        { cause: error },
      );
    }
  }
}
