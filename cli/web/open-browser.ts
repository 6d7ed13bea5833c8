import { spawn } from "node:child_process";

/** Opens an address in the user's browser: `$BROWSER`, or what the system has for it. False if there is none. */
export function openBrowser(url: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const [program, ...args] = browser(env);
  return new Promise((done) => {
    const child = spawn(program!, [...args, url], { env, stdio: "ignore", detached: true });
    child.once("error", () => done(false));
    child.once("spawn", () => {
      child.unref();
      done(true);
    });
  });
}

function browser({ BROWSER }: NodeJS.ProcessEnv): readonly string[] {
  // As in other programs it may name several: the first one is taken.
  const named = BROWSER?.split(":")[0];
  if (named) return [named];
  if (process.platform === "darwin") return ["open"];
  if (process.platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return ["xdg-open"];
}
