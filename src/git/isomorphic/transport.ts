import { RedunError } from "../../errors.ts";
import type { Fetch, Oid, Push, Pushed, RemoteRefs } from "../backend.ts";
import { withoutCredentials } from "../remote-url.ts";

/** @throws RedunError REMOTE_FAILED always: this backend has no transport of its own yet */
export async function remoteRefs({ remote }: RemoteRefs): Promise<ReadonlyMap<string, Oid>> {
  throw needsGit(remote);
}

/** @throws RedunError REMOTE_FAILED always: this backend has no transport of its own yet */
export async function fetchRefs({ remote }: Fetch): Promise<boolean> {
  throw needsGit(remote);
}

/** @throws RedunError REMOTE_FAILED always: this backend has no transport of its own yet */
export async function pushCommit({ remote }: Push): Promise<Pushed> {
  throw needsGit(remote);
}

function needsGit(remote: string): RedunError {
  return new RedunError(
    "REMOTE_FAILED",
    `Without git, ${withoutCredentials(remote)} cannot be reached.`,
    "Install git 2.30 or newer and make sure that it is on the PATH.",
  );
}
