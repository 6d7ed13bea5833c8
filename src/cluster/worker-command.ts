import { fileURLToPath } from "node:url";
import { quoted } from "./quoted.ts";

/** The command line, relative to the file that holds this. The build writes it in. */
declare const BUILD_CLI: string | undefined;

/** `redun-git oneshot` as this machine has it, for nodes that see its disks: words for `sh`. */
export function workerCommand(): string {
  const isBuilt = typeof BUILD_CLI === "string";
  const cli = fileURLToPath(new URL(isBuilt ? BUILD_CLI : "../../cli/bin.ts", import.meta.url));
  // From source, TypeScript is loaded as this process loads it.
  const flags = isBuilt ? [] : ["--import", import.meta.resolve("tsx")];
  return [process.execPath, ...flags, cli].map(quoted).join(" ").concat(" oneshot");
}
