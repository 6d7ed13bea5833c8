/** The keys of the tags that every run gets by itself, by redun's names. */
export const AUTOMATIC_TAGS: readonly string[] = [
  "redun.version",
  "git_commit",
  "git_origin_url",
  "git_dirty",
  "user",
  "project",
];

/** Those that a run gets where `redun.autotags` names them: whose credentials of a cloud it has. */
export const CLOUD_TAGS: readonly string[] = ["user_aws", "user_gcp"];
