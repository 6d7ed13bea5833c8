/** Statements in signed envelopes: DSSE 1.0, with the user's ssh key. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { RedunError } from "../../errors.ts";
import type { GitConfig } from "../../git/backend.ts";
import { type AgentKey, agentKeys, signWithAgent } from "./ssh-agent.ts";
import type { Statement } from "./statement.ts";

const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** Signs statements; made once for all of them. */
export type Sign = (statement: Statement) => Promise<unknown>;

/**
 * Finds the key: that of git's `user.signingKey` where `gpg.format` is `ssh`, or else the agent's only one.
 * @throws RedunError SIGNING_FAILED
 */
export async function signer(config: GitConfig, socket: string | undefined): Promise<Sign> {
  if (socket === undefined || socket === "") {
    throw new RedunError(
      "SIGNING_FAILED",
      "Envelopes are signed by ssh-agent, and SSH_AUTH_SOCK names none.",
      '`eval "$(ssh-agent)"; ssh-add` starts one with your key.',
    );
  }
  const format = config.get("gpg.format") ?? "openpgp";
  const wanted = format === "ssh" ? config.get("user.signingKey") : undefined;
  const key = chosenKey(await agentKeys(socket), wanted);
  return async (statement) => {
    const payload = Buffer.from(JSON.stringify(statement));
    const { keyid, sig } = await signWithAgent(socket, key, preAuthentication(payload));
    const signatures = [{ keyid, sig: sig.toString("base64") }];
    return { payload: payload.toString("base64"), payloadType: PAYLOAD_TYPE, signatures };
  };
}

/** What is signed: type and payload, each with its length in bytes. */
function preAuthentication(payload: Buffer): Buffer {
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function chosenKey(keys: readonly AgentKey[], wanted: string | undefined): AgentKey {
  if (wanted !== undefined) {
    const blob = publicKey(wanted);
    const key = keys.find((one) => one.blob.toString("base64") === blob);
    if (key) return key;
    const what = `ssh-agent does not have the key of git's user.signingKey, ${wanted}.`;
    throw new RedunError("SIGNING_FAILED", what, "`ssh-add <its file>` adds it.");
  }
  const [only] = keys;
  if (keys.length === 1 && only) return only;
  throw new RedunError(
    "SIGNING_FAILED",
    `ssh-agent has ${keys.length} keys, and git's config does not say which is to sign.`,
    keys.length === 0
      ? "`ssh-add` adds yours."
      : "`git config gpg.format ssh; git config user.signingKey ~/.ssh/id_ed25519.pub` says it.",
  );
}

/** As git has it: the key itself, with `key::` before it perhaps, or a file's path. */
function publicKey(wanted: string): string | undefined {
  const literal = /^(?:key::)?((?:ssh|ecdsa|sk)-\S+ \S+)/.exec(wanted)?.[1];
  const path = resolve(wanted.replace(/^~(?=\/)/, homedir()));
  const file = [path.endsWith(".pub") ? path : `${path}.pub`, path].find(existsSync);
  const text = literal ?? (file === undefined ? "" : readFileSync(file, "utf8"));
  return text.split(" ")[1]?.trim();
}
