import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The account of Google Cloud that the credentials in use are of, as files and variables say it: that of
 * GOOGLE_APPLICATION_CREDENTIALS if it is a service account, else the active one of gcloud. Null where they say none.
 * No program is started, and nobody is asked.
 */
export function gcpUser(env: NodeJS.ProcessEnv): string | null {
  return serviceAccount(env) ?? gcloudAccount(env);
}

function serviceAccount({ GOOGLE_APPLICATION_CREDENTIALS: file }: NodeJS.ProcessEnv) {
  if (!file) return null;
  try {
    const { client_email } = JSON.parse(readFileSync(file, "utf8"));
    return typeof client_email === "string" ? client_email : null;
  } catch {
    return null;
  }
}

/** As `gcloud config get account` finds it. */
function gcloudAccount(env: NodeJS.ProcessEnv): string | null {
  if (env.CLOUDSDK_CORE_ACCOUNT) return env.CLOUDSDK_CORE_ACCOUNT;
  const folder = env.CLOUDSDK_CONFIG || defaultFolder(env);
  const active = env.CLOUDSDK_ACTIVE_CONFIG_NAME || textOf(join(folder, "active_config"))?.trim();
  const config = textOf(join(folder, "configurations", `config_${active || "default"}`)) ?? "";
  const core = /^\[core\]\s*$([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(config)?.[1] ?? "";
  return /^\s*account\s*=\s*(\S+)\s*$/m.exec(core)?.[1] ?? null;
}

function defaultFolder({ APPDATA }: NodeJS.ProcessEnv): string {
  return process.platform === "win32" && APPDATA
    ? join(APPDATA, "gcloud")
    : join(homedir(), ".config", "gcloud");
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
