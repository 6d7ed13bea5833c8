import { join } from "node:path";
import { RedunError } from "../../errors.ts";
import type { Repository } from "../backend.ts";
import { parseConfig } from "../files/config-file.ts";
import { isTrue } from "../files/config-values.ts";
import { readText } from "../files/read-text.ts";

/**
 * Refuses a repository that isomorphic-git cannot serve: it would misread it or, worse, write
 * into it what git cannot read.
 * @throws RedunError UNSUPPORTED_REPOSITORY
 */
export function assertSupported(repository: Repository): void {
  if (repository.objectFormat !== "sha1") {
    throw unsupported(`its objects are named by ${repository.objectFormat}, only sha1 is known`);
  }
  if (repository.refFormat !== "files") {
    throw unsupported(`its refs are stored as ${repository.refFormat}, only files are known`);
  }
  const config = join(repository.commonDir, "config");
  for (const { key, value } of parseConfig(readText(config), config)) {
    const promisor = /^remote\..*\.promisor$/s.test(key) && isTrue(value);
    if (promisor || key === "extensions.partialclone") {
      throw unsupported("it is a partial clone, whose missing objects only git can fetch");
    }
  }
  if (readText(join(repository.commonDir, "objects", "info", "alternates")).trim()) {
    throw unsupported("it borrows objects from another repository (objects/info/alternates)");
  }
  for (const name of ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"]) {
    if (repository.env[name]) throw unsupported(`${name} says that its objects are elsewhere`);
  }
}

function unsupported(why: string): RedunError {
  return new RedunError(
    "UNSUPPORTED_REPOSITORY",
    `Without git, redun-git cannot use this repository: ${why}.`,
    "Install git 2.30 or newer and make sure that it is on the PATH.",
  );
}
