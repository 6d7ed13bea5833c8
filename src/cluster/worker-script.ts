import type { WorkerVariables } from "./cluster.ts";
import { quoted } from "./quoted.ts";

export interface WorkerPlaces {
  /** The array's folder: see `ArrayFolder`. */
  readonly folder: string;
  /** Where the command begins: the top of the work tree. */
  readonly root: string;
  /** Where the script is loaded from; null for the work tree itself. */
  readonly code: string | null;
  /** `redun-git oneshot`, or what starts it there: words for `sh`. */
  readonly command: string;
  /** Whether what it prints is kept by nobody else. */
  readonly writesLogs: boolean;
  /** Seconds between two looks whether its call is still there: it ends once that is withdrawn. Null for no look. */
  readonly looks: number | null;
}

/** Statuses of the program itself, where it can write none: what it tells by them. */
export const SCRIPT_STATUS: Readonly<Record<number, string>> = {
  72: "the scratch folder, or the top of the work tree, is not there on that node",
  74: "the scratch folder could not be written to: its disk is full, or not writable on that node",
  75: "the area on S3 could not be read or written there",
};

/**
 * What each element of an array runs: its call, and then how that ended, in a file that appears when it is
 * complete. An engine's own word is not enough: it forgets, and takes some ends for successes.
 *
 * A call whose file is gone was withdrawn. An element that was begun again removes what it said before.
 */
export function workerScript(places: WorkerPlaces, { element, node }: WorkerVariables): string {
  const { folder, root, code, command, writesLogs, looks } = places;
  const logs = writesLogs ? ' >"$folder/logs/$n.out" 2>"$folder/logs/$n.err"' : "";
  const from = code === null ? "" : ` --code ${quoted(code)}`;
  // All of the element's processes are told, this one among them. It does not outlive an element that was killed.
  const look =
    looks !== null
      ? `(while sleep ${looks} && kill -0 $$; do [ -f "$folder/calls/$n" ] || kill -TERM 0; done) >/dev/null 2>&1 &
looking=$!
`
      : "";
  const noMore = looks !== null ? 'kill "$looking" 2>/dev/null\n' : "";
  return `#!/bin/sh
n=${element}
cd ${quoted(folder)} || exit 72
[ -f "calls/$n" ] || exit 0
[ ! -e "status/$n" ] || rm -f "status/$n"
say() {
  printf '%s\\n' "$1" "${node}" >"status/.$n.$$" && mv -f "status/.$n.$$" "status/$n" || exit 74
}
cd ${quoted(root)} || exit 72
folder=${quoted(folder)}
told=
trap 'told=1; kill -TERM "$pid" 2>/dev/null' TERM
${command} --root ${quoted(root)}${from} "$folder/calls/$n" "$folder/answers/$n" </dev/null${logs} &
pid=$!
${look}wait "$pid"
ended=$?
if [ -n "$told" ]; then
  wait "$pid"
  ended=TERM
fi
${noMore}cd "$folder" || exit 72
say "$ended"
[ "$ended" = 0 ]
`;
}
