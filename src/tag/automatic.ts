/** The keys of the tags that every run gets by itself, by redun's names. */
export const AUTOMATIC_TAGS: readonly string[] = [
  "redun.version",
  "git_commit",
  "git_origin_url",
  "git_dirty",
  "user",
  "project",
];
