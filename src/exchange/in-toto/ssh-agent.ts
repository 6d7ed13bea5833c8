/**
 * Signatures of the user's ssh keys, by ssh-agent (draft-ietf-sshm-ssh-agent). `ssh-keygen -Y sign` signs a structure
 * of its own around the data, which only ssh-keygen verifies; the agent signs the data themselves, as everybody does.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { connect } from "node:net";
import { RedunError } from "../../errors.ts";

/** A key that the agent has. */
export interface AgentKey {
  /** As `id_ed25519.pub` has it in base64. */
  readonly blob: Buffer;
  readonly comment: string;
}

/** As securesystemslib calls kinds of keys and ways to sign. */
interface Scheme {
  readonly keytype: string;
  readonly scheme: string;
  readonly hash: string | null;
  readonly public: KeyObject;
}

const FAILED = "Is ssh-agent running, with SSH_AUTH_SOCK? `ssh-add -l` lists its keys.";

/** @throws RedunError SIGNING_FAILED */
export async function agentKeys(socket: string): Promise<readonly AgentKey[]> {
  const answer = new Reader(await ask(socket, Buffer.from([11]), 12));
  const keys: AgentKey[] = [];
  // One by one: what it says of their number may be wrong.
  for (let left = answer.number(); left > 0; left--) {
    keys.push({ blob: answer.text(), comment: answer.text().toString() });
  }
  return keys;
}

/**
 * The signature of some data as those who read DSSE want it, and the id of the key as securesystemslib computes it.
 * @throws RedunError SIGNING_FAILED, also for a key that signs no plain data (`sk-ssh-ed25519`, certificates)
 */
export async function signWithAgent(
  socket: string,
  { blob, comment }: AgentKey,
  data: Uint8Array,
): Promise<{ readonly keyid: string; readonly sig: Buffer }> {
  const scheme = schemeOf(blob);
  // Of RSA, with SHA-256.
  const flags = scheme.keytype === "rsa" ? 2 : 0;
  const request = Buffer.concat([
    Buffer.from([13]),
    framed(blob),
    framed(data),
    Buffer.from([0, 0, 0, flags]),
  ]);
  const signature = new Reader(new Reader(await ask(socket, request, 14)).text());
  signature.text();
  const raw = signature.text();
  const sig = scheme.keytype === "ecdsa" ? derOf(raw) : raw;
  if (!isValid(scheme, data, sig)) {
    throw new RedunError("SIGNING_FAILED", `ssh-agent gave no valid signature of ${comment}.`);
  }
  return { keyid: keyId(scheme), sig };
}

function isValid(scheme: Scheme, data: Uint8Array, signature: Buffer): boolean {
  try {
    return verify(scheme.hash, data, scheme.public, signature);
  } catch {
    // OpenSSL's word for a signature that has not even the form of one.
    return false;
  }
}

function schemeOf(blob: Buffer): Scheme {
  const reader = new Reader(blob);
  const name = reader.text().toString();
  if (name === "ssh-ed25519") {
    const jwk = { kty: "OKP", crv: "Ed25519", x: url(reader.text()) };
    return { keytype: "ed25519", scheme: "ed25519", hash: null, public: keyOf(jwk) };
  }
  if (name === "ssh-rsa") {
    const [e, n] = [reader.text(), reader.text()];
    const jwk = { kty: "RSA", n: url(withoutZero(n)), e: url(e) };
    return { keytype: "rsa", scheme: "rsa-pkcs1v15-sha256", hash: "sha256", public: keyOf(jwk) };
  }
  const curve = /^ecdsa-sha2-nistp(256|384|521)$/.exec(name)?.[1];
  if (curve === undefined) {
    const what = `A key of the kind ${name} signs no plain data, as DSSE wants it.`;
    throw new RedunError("SIGNING_FAILED", what, "Use a key of the kind ed25519, ecdsa or rsa.");
  }
  reader.text();
  const point = reader.text().subarray(1);
  const half = point.length / 2;
  const [x, y] = [url(point.subarray(0, half)), url(point.subarray(half))];
  const jwk = { kty: "EC", crv: `P-${curve}`, x, y };
  const hash = curve === "521" ? "sha512" : `sha${curve}`;
  return { keytype: "ecdsa", scheme: name, hash, public: keyOf(jwk) };
}

function keyOf(jwk: Record<string, string>): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): RedunError {
  const what = "ssh-agent did not sign: its answer cannot be read.";
  return new RedunError("SIGNING_FAILED", what, FAILED, { cause });
}

const url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const withoutZero = (number: Buffer) => (number[0] === 0 ? number.subarray(1) : number);

/** r and s, each a number with its length, as DER has them. */
function derOf(signature: Buffer): Buffer {
  const reader = new Reader(signature);
  const body = Buffer.concat([reader.text(), reader.text()].map((one) => der(2, one)));
  return der(0x30, body);
}

function der(tag: number, body: Buffer): Buffer {
  const head = body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length];
  return Buffer.concat([Buffer.from(head), body]);
}

/** SHA-256 of the key in securesystemslib's canonical JSON, in which a line end is one. */
function keyId({ keytype, scheme, public: key }: Scheme): string {
  const own =
    keytype === "ed25519"
      ? Buffer.from(key.export({ format: "jwk" }).x!, "base64url").toString("hex")
      : (key.export({ format: "pem", type: "spki" }) as string);
  const text = `{"keytype":"${keytype}","keyval":{"public":"${own}"},"scheme":"${scheme}"}`;
  return createHash("sha256").update(text).digest("hex");
}

function framed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Sends one request, and gives what follows the kind of its answer. */
function ask(path: string, request: Buffer, kind: number): Promise<Buffer> {
  return new Promise((done, fail) => {
    const wrong = (why: string) =>
      fail(new RedunError("SIGNING_FAILED", `ssh-agent did not sign: ${why}.`, FAILED));
    let answer = Buffer.alloc(0);
    const socket = connect(path, () => socket.write(framed(request)));
    socket.on("error", ({ message }) => wrong(message));
    socket.on("close", () => wrong("it closed the connection"));
    socket.on("data", (piece: Buffer) => {
      answer = Buffer.concat([answer, piece]);
      if (answer.length < 5 || answer.length < 4 + answer.readUInt32BE(0)) return;
      if (answer[4] === kind) done(answer.subarray(5, 4 + answer.readUInt32BE(0)));
      else wrong("it refused");
      socket.destroy();
    });
  });
}

/** Reads what ssh writes: numbers of four bytes, and bytes with their count before them. */
class Reader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  number(): number {
    return this.#take(4).readUInt32BE(0);
  }

  text(): Buffer {
    return this.#take(this.number());
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw unreadable();
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
