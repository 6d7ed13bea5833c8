/** A real sshd on loopback, with keys of its own that are thrown away. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "./repository.ts";

const SSHD = "/usr/sbin/sshd";

export interface SshRemote {
  /** `ssh://root@127.0.0.1:<port>`; a repository's absolute path follows it. */
  readonly url: string;
  /** For GIT_SSH_COMMAND. */
  readonly command: string;
  close(): void;
}

/** Why there can be no sshd here, or null. */
export function noSshd(): string | null {
  if (process.getuid?.() !== 0) return "sshd needs root";
  return existsSync(SSHD) ? null : `${SSHD} is not installed`;
}

/** Starts an sshd that lets in whoever has the key of `command`. */
export async function sshRemote(): Promise<SshRemote> {
  const { dir } = temporaryFolder();
  for (const name of ["host", "user"]) {
    spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, name)]);
  }
  const keys = join(dir, "authorized_keys");
  writeFileSync(keys, readFileSync(join(dir, "user.pub")));
  chmodSync(keys, 0o600);
  // sshd's own working folder, which its service would make.
  mkdirSync("/run/sshd", { recursive: true });
  const port = await freePort();
  const settings = [
    `Port=${port}`,
    "ListenAddress=127.0.0.1",
    `HostKey=${join(dir, "host")}`,
    `AuthorizedKeysFile=${keys}`,
    `PidFile=${join(dir, "pid")}`,
    "StrictModes=no",
    "UsePAM=no",
    "PasswordAuthentication=no",
    "PermitRootLogin=yes",
  ];
  const args = ["-D", "-e", "-f", "/dev/null", ...settings.flatMap((line) => ["-o", line])];
  const child = spawn(SSHD, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  for (let tries = 0; !said.includes("Server listening"); tries++) {
    if (tries > 1000 || child.exitCode !== null) throw new Error(`sshd did not start: ${said}`);
    await sleep(50);
  }
  return {
    url: `ssh://root@127.0.0.1:${port}`,
    command: `ssh -i ${join(dir, "user")} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=${join(dir, "known")}`,
    close: () => child.kill(),
  };
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
