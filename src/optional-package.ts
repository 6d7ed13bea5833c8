import { createRequire } from "node:module";
import { resolve } from "node:path";
import { type ErrorCode, RedunError } from "./errors.ts";

/**
 * A package that not everybody needs, as the user's project has it, or whoever installed redun-git.
 * @param needed what needs it, for people: `The executor aws_batch`
 * @param root the top of the work tree; "" for the current directory
 * @param code of the error where it is not installed
 * @throws RedunError
 */
export function optionalPackage<Package>(
  name: string,
  needed: string,
  root: string,
  code: ErrorCode = "EXECUTOR_FAILED",
): Package {
  for (const from of [resolve(root, "package.json"), import.meta.url]) {
    try {
      return createRequire(from)(name);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "MODULE_NOT_FOUND" && message.includes(name)) continue;
      throw error;
    }
  }
  throw new RedunError(
    code,
    `${needed} needs the package ${name}, which is not installed.`,
    `Install it beside the workflow: \`npm install ${name}\`.`,
  );
}
