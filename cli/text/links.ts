import type { TagPair } from "../../src/tag/tag.ts";

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** The pages that tags point to: the commit on its forge. */
export function linksOf(tags: readonly TagPair[]): Link[] {
  const texts = (key: string) =>
    tags.flatMap(([name, value]) => (name === key && typeof value === "string" ? [value] : []));
  return texts("git_origin_url").flatMap((origin) =>
    texts("git_commit").flatMap((commit) => commitLink(origin, commit) ?? []),
  );
}

/** The forge's page of a commit; null for a remote that is no known forge. */
function commitLink(origin: string, commit: string): Link | null {
  const match =
    /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([\w.-]+)(?::\d+)?[:/]+([\w./~-]+?)(?:\.git)?\/?$/i.exec(origin);
  if (!match || !/^[0-9a-f]{7,64}$/.test(commit)) return null;
  const [, host = "", path = ""] = match;
  if (/github/i.test(host))
    return { title: "Commit", url: `https://${host}/${path}/commit/${commit}` };
  if (/gitlab/i.test(host))
    return { title: "Commit", url: `https://${host}/${path}/-/commit/${commit}` };
  if (/bitbucket/i.test(host))
    return { title: "Commit", url: `https://${host}/${path}/commits/${commit}` };
  return null;
}
