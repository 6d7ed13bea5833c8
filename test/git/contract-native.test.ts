/** What every GitBackend must do, by the user's own git. */
import { openNative } from "../../src/git/native/backend.ts";
import { backendContract } from "./contract/backend.ts";
import { filesUnlikeNative } from "./contract/files-unlike.ts";
import { contractSuite } from "./contract/support.ts";
import { transportContract } from "./contract/transport.ts";

backendContract("native", openNative);
contractSuite("git backend native: files behind filters", openNative, filesUnlikeNative);
contractSuite("git backend native: transport by path", openNative, (test) =>
  transportContract(test, "path"),
);
