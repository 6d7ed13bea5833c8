import { join } from "node:path";
import { CLI, start, workflowRepository } from "../support/cli.ts";
import { BatchStandIn } from "./stand-in.ts";

/**
 * A repository whose `workflow.js` runs at a stand-in for AWS Batch.
 * @param settings of git config, besides those that every run needs
 */
export async function batchRepository(
  files: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>> = {},
) {
  const made = workflowRepository({ "package.json": '{ "type": "module" }', ...files });
  const { dir, git } = made;
  const service = new BatchStandIn();
  const command = `'${process.execPath}' '${CLI}' oneshot`;
  const all = { queue: "spot", definition: "science", region: "eu-north-1", poll: "0.2", command };
  for (const [name, value] of Object.entries({ ...all, ...settings })) {
    git("config", `redun.executor.aws_batch.${name}`, value);
  }
  const env = {
    AWS_ENDPOINT_URL: await service.start(),
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    // None but these.
    AWS_CONFIG_FILE: join(dir, "none"),
    AWS_SHARED_CREDENTIALS_FILE: join(dir, "none"),
  };
  return {
    ...made,
    service,
    env,
    run: (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      start(dir, ["run", "-q", "--format", "json", "workflow.js", ...words], {
        env: { ...env, ...more },
      }),
  };
}
