import { createHash } from "node:crypto";
import { type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * What tells the AWS credentials in use from others, as a hash: no secret goes into it. Null where there is no sign of any.
 * Credentials that a machine of AWS has by itself are not looked for.
 */
export function awsCredentials(env: NodeJS.ProcessEnv): string | null {
  const folder = join(homedir(), ".aws");
  const files = [
    env.AWS_SHARED_CREDENTIALS_FILE || join(folder, "credentials"),
    env.AWS_CONFIG_FILE || join(folder, "config"),
    env.AWS_WEB_IDENTITY_TOKEN_FILE || "",
  ].map(statOf);
  const named = [
    env.AWS_ACCESS_KEY_ID,
    env.AWS_PROFILE,
    env.AWS_ROLE_ARN,
    env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
    env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
  ];
  const isAny = files.some(Boolean) || named.some(Boolean);
  if (!isAny) return null;
  const facts = JSON.stringify([named, files.map((file) => file && [file.mtimeMs, file.size])]);
  return createHash("sha256").update(facts).digest("hex").slice(0, 32);
}

/** Null for what is not there, or may not be looked at. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** Prints the identity that they have, and knows all that AWS knows of profiles, roles and single sign-on. */
export const ASK_AWS = [
  "aws",
  ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"],
] as const;

/** What it prints where it succeeds. */
export const ARN = /^(arn:aws[\w-]*:(?:sts|iam)::\d{12}:\S+)\s*$/;
