import { relative } from "node:path";

/** A file's path as a user in `cwd` would type it; whole for what lies outside of that folder. */
export function nearPath(file: string, cwd: string): string {
  const near = relative(cwd, file);
  return near.startsWith("..") ? file : near;
}
