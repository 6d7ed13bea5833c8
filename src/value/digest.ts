type Crypto = typeof import("node:crypto");

let crypto: Crypto | undefined;

/** Loaded when it is first needed: it takes 5 ms, and most queries hash nothing. */
function load(): Crypto {
  crypto ??= process.getBuiltinModule("node:crypto") as Crypto;
  return crypto;
}

/** The digest of a text's UTF-8 bytes, in hex digits. */
export function digestText(algorithm: "sha1" | "sha256" | "sha512", text: string): string {
  return load().hash(algorithm, text, "hex");
}

/** The digest of some bytes after some others, in hex digits. */
export function digestBytes(
  algorithm: "sha1" | "sha256",
  head: string,
  content: Uint8Array,
): string {
  return load().createHash(algorithm).update(head).update(content).digest("hex");
}
