/**
 * What every GitBackend must do, run against each of them, and against repositories that the
 * other one wrote. The tests themselves are in `contract/`.
 */
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { appendContract } from "./contract/append.ts";
import { arrivalsContract } from "./contract/arrivals.ts";
import { configContract } from "./contract/config.ts";
import { crossContract } from "./contract/cross.ts";
import { headContract } from "./contract/head.ts";
import { historyContract } from "./contract/history.ts";
import { mergeContract } from "./contract/merge.ts";
import { raceContract } from "./contract/race.ts";
import { readContract } from "./contract/read.ts";
import { repositoriesContract } from "./contract/repositories.ts";
import { contractSuite } from "./contract/support.ts";
import { transportContract } from "./contract/transport.ts";

for (const [name, open] of [
  ["native", openNative],
  ["isomorphic", openIsomorphic],
] as const) {
  contractSuite(`git backend ${name}: append`, open, appendContract);
  contractSuite(`git backend ${name}: read`, open, readContract);
  contractSuite(`git backend ${name}: arrivals`, open, arrivalsContract);
  contractSuite(`git backend ${name}: head`, open, (test) => headContract(test, open));
  contractSuite(`git backend ${name}: history`, open, (test) => historyContract(test, open));
  contractSuite(`git backend ${name}: merge`, open, mergeContract);
  contractSuite(`git backend ${name}: config`, open, configContract);
  contractSuite(`git backend ${name}: repositories`, open, (test) =>
    repositoriesContract(test, open, name),
  );
}

contractSuite("git backend native: transport by path", openNative, (test) =>
  transportContract(test, "path"),
);
contractSuite("git backend isomorphic: transport by http", openIsomorphic, (test) =>
  transportContract(test, "http"),
);

contractSuite("git backends: native, then isomorphic", openNative, (test) =>
  crossContract(test, openIsomorphic),
);
contractSuite("git backends: isomorphic, then native", openIsomorphic, (test) =>
  crossContract(test, openNative),
);

raceContract([
  ["native", "native"],
  ["isomorphic", "isomorphic"],
  ["native", "isomorphic"],
]);
