import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, deflate, deflateSync, inflate, inflateSync } from "node:zlib";
import type { Oid } from "../backend.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Buffer;
}

/** What an object is, and how many bytes it takes to read it. */
export interface ObjectHead {
  readonly type: ObjectType;
  readonly size: number;
}

/** The id that git gives an object. */
export function objectId(type: ObjectType, bytes: Uint8Array): Oid {
  return createHash("sha1").update(header(type, bytes)).update(bytes).digest("hex");
}

/** The content of a loose object's file. */
export async function deflateObject(type: ObjectType, bytes: Uint8Array): Promise<Buffer> {
  const whole = Buffer.concat([Buffer.from(header(type, bytes)), bytes]);
  return whole.length <= SMALL ? deflateSync(whole) : promisify(deflate)(whole);
}

/**
 * Reads a loose object's file.
 * @throws Error when it is not, or not wholly, the object of this id
 */
export async function inflateObject(oid: Oid, file: Uint8Array): Promise<GitObject> {
  const whole = file.length <= SMALL ? inflateSync(file) : await promisify(inflate)(file);
  const found = createHash("sha1").update(whole).digest("hex");
  if (found !== oid) throw new Error(`its content has the id ${found}`);
  const end = whole.indexOf(0);
  const type = whole.toString("latin1", 0, whole.indexOf(0x20)) as ObjectType;
  return { type, bytes: whole.subarray(end + 1) };
}

/** What the beginning of a loose object's file says; null if it is not one. */
export function looseHead(start: Uint8Array): ObjectHead | null {
  const whole = inflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  const [, type, size] = /^([a-z]+) (\d+)\0/.exec(whole.toString("latin1", 0, 64)) ?? [];
  return type === undefined ? null : { type: type as ObjectType, size: Number(size) };
}

/** Below this, handing the work to another thread takes longer than the work. */
const SMALL = 64 * 1024;

function header(type: ObjectType, bytes: Uint8Array): string {
  return `${type} ${bytes.length}\0`;
}
