import type { Hash } from "node:crypto";

/** The hash function of a git repository. */
export type HashName = "sha1" | "sha256";

type Crypto = typeof import("node:crypto");

let crypto: Crypto | undefined;

/** Loaded when it is first needed: it takes 5 ms, and most queries hash nothing. */
function load(): Crypto {
  crypto ??= process.getBuiltinModule("node:crypto") as Crypto;
  return crypto;
}

/** The hash of a text's UTF-8 bytes, in hex digits. */
export function hashText(algorithm: HashName | "sha512", text: string): string {
  return load().hash(algorithm, text, "hex");
}

/** A hash of bytes that come piece by piece. */
export function newHash(algorithm: HashName): Hash {
  return load().createHash(algorithm);
}
