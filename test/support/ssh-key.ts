/** Signing with a key of ssh, as git does it. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Why nothing can be signed here; null where it can. */
export const NO_SSH_KEYGEN = (() => {
  try {
    execFileSync("ssh-keygen", ["-?"], { stdio: "ignore" });
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no ssh-keygen" : null;
  }
})();

/** Makes a key in a folder, has git sign with it, and trusts it for one who commits by this address. */
export function signWithNewKey(git: (...words: string[]) => string, folder: string, who: string) {
  const key = join(folder, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const [type, text] = execFileSync("ssh-keygen", ["-y", "-f", key], { encoding: "utf8" }).split(
    " ",
  );
  writeFileSync(join(folder, "allowed"), `${who} ${type} ${text}\n`);
  git("config", "gpg.format", "ssh");
  git("config", "user.signingKey", `${key}.pub`);
  git("config", "commit.gpgSign", "true");
  git("config", "gpg.ssh.allowedSignersFile", join(folder, "allowed"));
}
