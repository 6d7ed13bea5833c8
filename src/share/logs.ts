import type { GitBackend } from "../git/backend.ts";
import { isLogRef } from "../log/ref.ts";

/** The logs of this repository, as full ref names: without the tracking refs. */
export async function logsHere(backend: GitBackend): Promise<string[]> {
  const refs = await backend.refs("refs/redun/");
  return [...refs.keys()].filter(isLogRef);
}
