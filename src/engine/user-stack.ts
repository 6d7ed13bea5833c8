import { fileURLToPath } from "node:url";

/** Folders whose frames are ours: this one, and in the package what was built from it. */
const OWN_FOLDERS = [import.meta.url, new URL("./chunks/", import.meta.url).href]
  .map((url) => new URL("./", url).href)
  .flatMap((folder) => [folder, fileURLToPath(folder)]);

/** An error's stack without the frames of the scheduler and of Node, which say nothing of it. */
export function userStack(error: Error): string {
  const text = typeof error.stack === "string" ? error.stack : String(error);
  return text
    .split("\n")
    .filter((line) => !isForeignFrame(line))
    .join("\n");
}

function isForeignFrame(line: string): boolean {
  if (!/^\s+at /.test(line)) return false;
  return /\(?node:|<anonymous>\)?$/.test(line) || OWN_FOLDERS.some((own) => line.includes(own));
}
