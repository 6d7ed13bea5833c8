import { RedunError } from "../../errors.ts";
import type { Fetch, Oid, Push, Pushed, RemoteRefs, Repository, Transfer } from "../backend.ts";
import { isTrue, listConfig } from "../files/config-values.ts";
import { refusal } from "../ref-refusal.ts";
import {
  NAME_IN_THE_WAY,
  nameInTheWay,
  pushRejected,
  REF_MOVED_AT_REMOTE,
  refusedPack,
  remoteFailed,
} from "../transport-errors.ts";
import { gitText, runGit } from "./process.ts";
import { BOUNDED, STREAMED, TOO_MUCH_MEMORY } from "./received.ts";
import { runTransfer } from "./transfer.ts";

/** One `git ls-remote`. @throws RedunError REMOTE_FAILED */
export async function remoteRefs(
  repository: Repository,
  request: RemoteRefs,
): Promise<ReadonlyMap<string, Oid>> {
  const { settings, name } = await addressOf(repository, request, "fetch");
  const args = [...settings, "ls-remote", "--quiet", "--refs", "--", name, ...request.patterns];
  const { status, stdout, said } = await runTransfer(repository, args, request);
  if (status !== 0) throw remoteFailed("fetch", request.url ?? request.remote, said);
  const lines = stdout.split("\n").filter(Boolean);
  return new Map(lines.map((line) => line.split("\t").reverse() as [string, Oid]));
}

/**
 * One `git fetch` of nothing but the given refspecs: no tags, no submodules, no FETCH_HEAD, and no
 * ref that the user's own settings (a mirror's `+refs/*:refs/*`, pruning) would move along.
 * `--no-filter`, because in a partial clone git would fetch record after record, one by one, later.
 * @throws RedunError REMOTE_FAILED, REPOSITORY_UNWRITABLE, REF_BUSY
 */
export async function fetchRefs(repository: Repository, request: Fetch): Promise<boolean> {
  const { settings, name } = await addressOf(repository, request, "fetch");
  const { status, said } = await runTransfer(
    repository,
    [
      ...settings,
      ...STREAMED,
      "fetch",
      "--quiet",
      // Who says nothing is taken for dead.
      "--progress",
      "--no-tags",
      "--no-write-fetch-head",
      "--no-recurse-submodules",
      "--no-auto-maintenance",
      "--no-show-forced-updates",
      "--no-prune",
      "--no-filter",
      "--refmap=",
      "--",
      name,
      ...request.refspecs,
    ],
    request,
    BOUNDED,
  );
  if (status === 0) return true;
  const text = said.join("\n");
  const [, needed, limit] = TOO_MUCH_MEMORY.exec(text) ?? [];
  if (needed) {
    const why = `An object of it needs ${needed} bytes of memory, of at most ${limit}.`;
    const hint = "GIT_ALLOC_LIMIT raises the limit, in bytes, if you trust this remote.";
    throw refusedPack(request.url ?? request.remote, why, hint);
  }
  if (/couldn't find remote ref/.test(text)) return false;
  throw ownFault(repository, text) ?? remoteFailed("fetch", request.url ?? request.remote, said);
}

/**
 * One `git push` of one commit to one ref. The lease is git's compare-and-swap. git takes it for
 * leave to throw history away as well, so we look first whether the commit contains what it is to
 * replace: then there is nothing that a push could force.
 * @throws RedunError REMOTE_FAILED, PUSH_REJECTED
 */
export async function pushCommit(repository: Repository, request: Push): Promise<Pushed> {
  const { commit, ref, expected } = request;
  if (expected && !(await contains(repository, commit, expected))) return NOT_LANDED;
  const { settings, name } = await addressOf(repository, request, "push");
  const { status, stdout, said } = await runTransfer(
    repository,
    [
      ...settings,
      "push",
      "--porcelain",
      "--progress",
      "--no-verify",
      "--no-follow-tags",
      "--recurse-submodules=no",
      `--force-with-lease=${ref}:${expected ?? ""}`,
      "--",
      name,
      `${commit}:${ref}`,
    ],
    request,
  );
  const remoteSaid = said.flatMap((line) => /^remote: (.*)/.exec(line)?.[1]?.trimEnd() ?? []);
  // `=<tab><from>:<to><tab>[up to date]`: git does not ask the lease where there is nothing to send.
  const wasThere = /^=\t/m.test(stdout) && { wasThere: true };
  if (status === 0) return { landed: true, ...wasThere, said: remoteSaid };
  // `!<tab><from>:<to><tab>[remote rejected] (pre-receive hook declined)`
  const refused = /^!\t[^\t]*\t(\[.*)$/m.exec(stdout)?.[1];
  if (refused === undefined || /^\[remote failure\]/.test(refused)) {
    throw remoteFailed("push", request.url ?? request.remote, said);
  }
  const why = remoteSaid.find((line) => /cannot lock ref/.test(line)) ?? refused;
  if (NAME_IN_THE_WAY.test(why)) throw nameInTheWay(request, why);
  if (REF_MOVED_AT_REMOTE.test(refused)) return { landed: false, said: remoteSaid, why };
  throw pushRejected(request, refused, said);
}

/** What of a remote's configuration is about the way to it. */
const WAY = ["proxy", "proxyAuthMethod", "receivepack", "uploadpack", "vcs", "serverOption"];
/** The name of the remote that stands for one URL of another one, in one command. */
const ALIAS = "redun-git.alias";

/**
 * How git learns which remote to use: by the remote's name where that means one place. One URL of
 * several, and a mirror, to which git pushes all refs or none, get a remote of their own for this
 * one command, with the settings of theirs: a bare URL would lack them, and be rewritten
 * (`insteadOf`) in another way.
 */
async function addressOf(
  repository: Repository,
  { remote, url }: Transfer,
  direction: "fetch" | "push",
): Promise<{ settings: readonly string[]; name: string }> {
  const byName = { settings: [], name: remote };
  if (url === undefined && direction === "fetch") return byName;
  const config = listConfig(await gitText(repository, ["config", "--list", "-z"]));
  if (url === undefined && !isTrue(config.get(`remote.${remote}.mirror`))) return byName;
  const pushUrl = config.get(`remote.${remote}.pushurl`);
  const chosen = url ?? pushUrl ?? config.get(`remote.${remote}.url`);
  if (chosen === undefined) return byName;
  const settings = WAY.flatMap((key) =>
    config.getAll(`remote.${remote}.${key}`).map((value) => [key, value] as const),
  );
  // A push URL is what it is: `pushInsteadOf` does not apply to it.
  if (pushUrl !== undefined || url !== undefined) settings.push(["pushurl", chosen]);
  settings.push(["url", chosen]);
  const words = settings.flatMap(([key, value]) => ["-c", `remote.${ALIAS}.${key}=${value}`]);
  return { settings: words, name: ALIAS };
}

const NOT_LANDED: Pushed = { landed: false, said: [] };

async function contains(repository: Repository, commit: Oid, older: Oid): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", older, commit];
  return commit === older || (await runGit(repository, args)).status === 0;
}

/** A fetch that failed on our side of the wire. */
function ownFault(repository: Repository, text: string): RedunError | null {
  const { commonDir } = repository;
  if (/cannot lock ref|Unable to create .*\.lock': File exists|aborted by hook/.test(text)) {
    const ref = /cannot lock ref '([^']+)'/.exec(text)?.[1] ?? "a ref";
    return refusal(ref, repository, text);
  }
  if (
    /insufficient permission|Permission denied$|Read-only file system|No space left/m.test(text)
  ) {
    if (/publickey|^remote:/m.test(text)) return null;
    return new RedunError(
      "REPOSITORY_UNWRITABLE",
      `The repository at ${commonDir} cannot be written: ${text.split("\n")[0]}`,
      "Check the permissions and the free space of that directory. Nothing was changed.",
    );
  }
  return null;
}
