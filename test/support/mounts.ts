import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { thisProcess } from "../../src/git/files/owner.ts";
import { INITIAL_NAMESPACE } from "../../src/git/files/process-within.ts";
import { CLI } from "./cli.ts";

const ALL = fileURLToPath(new URL("./in-process.cjs", import.meta.url));

/** Why nothing can be mounted here, or null. */
export function noMounts(): string | null {
  const { status } = spawnSync("unshare", ["-m", "true"]);
  return status === 0 ? null : "only root may mount";
}

/** Why no process can be given a process namespace of its own, as containers have, or null. */
export function noNamespaces(): string | null {
  const { status } = spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]);
  return status === 0 ? null : "only root may make process namespaces";
}

/** Why what happens in a container cannot be seen from here, or null. */
export function noContainersInside(): string | null {
  const isOutside = thisProcess().namespace === INITIAL_NAMESPACE;
  return noNamespaces() ?? (isOutside ? null : "these tests run in a container themselves");
}

/**
 * Runs a shell script in `dir` in a mount namespace of its own; what it mounts is gone afterwards.
 * `$RG` starts redun-git, and `$ALL` one process for the commands in a list (see ./in-process.cjs). Returns what it printed on both outputs.
 * @throws Error when the script fails
 */
export function withMounts(dir: string, script: string): string {
  const { status, stdout } = spawnSync("unshare", ["-m", "sh", "-ec", `exec 2>&1\n${script}`], {
    cwd: dir,
    encoding: "utf8",
    env: {
      ...process.env,
      RG: `${process.execPath} ${CLI}`,
      ALL: `${process.execPath} ${ALL} ${CLI}`,
    },
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`status ${status}:\n${stdout}`);
  return stdout;
}
