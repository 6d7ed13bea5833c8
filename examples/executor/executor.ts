/**
 * An executor: has each call run by a command, `redun-git oneshot` or what starts that elsewhere, such as
 * `ssh node1 redun-git oneshot`. Both sides see the scratch folder.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Executor, ExecutorSettings } from "redun-git";

declare module "redun-git" {
  interface ExecutorOptions {
    /** How nice its process is to others, from 0 to 19. */
    readonly nice?: number;
  }
}

export default function shell({ root, get }: ExecutorSettings): Executor {
  const cwd = root ?? process.cwd();
  const command = get("command") ?? "redun-git oneshot";
  const folderOf = (key: string) => join(resolve(cwd, get("scratch") ?? ".scratch"), key);
  const answerIn = (folder: string) => {
    const path = join(folder, "answer");
    const answer = existsSync(path) ? readFileSync(path, "utf8") : null;
    if (answer !== null) rmSync(folder, { recursive: true });
    return answer;
  };
  return {
    workers: 2,
    options: ["nice"],
    resume: async ({ key }) => answerIn(folderOf(key)),
    async submit({ key, text, options, signal, tag, heartbeat }) {
      const folder = folderOf(key);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "call"), text);
      const line = `exec nice -n ${Number(options.nice ?? 0)} ${command} "$0/call" "$0/answer"`;
      const child = spawn("sh", ["-c", line, folder], { cwd, signal, stdio: "inherit" });
      tag({ shell_pid: child.pid ?? 0 });
      heartbeat(`process ${child.pid}`);
      const [status] = await once(child, "exit");
      const answer = answerIn(folder);
      if (answer === null) throw new Error(`"${command}" gave no answer; its status is ${status}`);
      return answer;
    },
  };
}
