/** What every GitBackend must do, by the user's own git. */
import type { Repository } from "../../src/git/backend.ts";
import * as native from "../../src/git/native/backend.ts";
import { backendContract } from "./contract/backend.ts";
import { filesUnlikeNative } from "./contract/files-unlike.ts";
import { contractSuite } from "./contract/support.ts";
import { transportContract } from "./contract/transport.ts";

/** It has few objects to read: some are read from files, as most would be, and most by git. */
const openNative = (repository: Repository) => native.openNative(repository, 2);

backendContract("native", openNative);
contractSuite("git backend native: files behind filters", openNative, filesUnlikeNative);
contractSuite("git backend native: transport by path", openNative, (test) =>
  transportContract(test, "path"),
);
