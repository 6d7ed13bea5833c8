import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { loadConfig } from "../git/files/config.ts";
import { isTrue } from "../git/files/config-values.ts";
import type { Log } from "../log/log.ts";
import { logWords } from "../log/ref.ts";
import { scanSettings, secretsIn } from "./scan.ts";

/**
 * Where git config `redun.scanOnPush` says so, refuses to send what looks as if it held a secret: what was
 * pushed cannot be called back.
 * @param from what the remote has
 * @throws RedunError SECRET_FOUND
 */
export async function assertNoSecrets(log: Log, from: Oid | null, tip: Oid): Promise<void> {
  const { repository } = log.backend;
  const config = loadConfig(repository, repository.env);
  if (!isTrue(config.get("redun.scanOnPush"))) return;
  for await (const { path, line, shown } of secretsIn(
    log,
    from,
    tip,
    scanSettings(config, repository.env),
  )) {
    throw new RedunError(
      "SECRET_FOUND",
      `${path}, line ${line}, looks as if it held a secret: ${shown}. Nothing was pushed.`,
      `\`redun-git scan --push${logWords(log.ref, config)}\` lists all. One that is none: \`git config --add redun.scanIgnore <id in its path>\`.`,
    );
  }
}
