import { createRequire } from "node:module";
import { resolve } from "node:path";
import { RedunError } from "../errors.ts";

export type BatchSdk = typeof import("@aws-sdk/client-batch");

const PACKAGE = "@aws-sdk/client-batch";

/**
 * The client of AWS Batch, as the user's project has it, or whoever installed redun-git.
 * @param root the top of the work tree; "" for the current directory
 * @throws RedunError EXECUTOR_FAILED where it is not installed
 */
export function batchSdk(root: string): BatchSdk {
  for (const from of [resolve(root, "package.json"), import.meta.url]) {
    try {
      return createRequire(from)(PACKAGE);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "MODULE_NOT_FOUND" && message.includes(PACKAGE)) continue;
      throw error;
    }
  }
  throw new RedunError(
    "EXECUTOR_FAILED",
    `The executor aws_batch needs the package ${PACKAGE}, which is not installed.`,
    `Install it beside the workflow: \`npm install ${PACKAGE}\`.`,
  );
}
