/** What every GitBackend must do, without git. */
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { backendContract } from "./contract/backend.ts";
import { contractSuite } from "./contract/support.ts";
import { transportContract } from "./contract/transport.ts";

backendContract("isomorphic", openIsomorphic);
contractSuite("git backend isomorphic: transport by http", openIsomorphic, (test) =>
  transportContract(test, "http"),
);
