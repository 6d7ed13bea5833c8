/** Repositories that the two backends write in turn, and at the same time. */
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { isFull } from "../support/effort.ts";
import { crossContract } from "./contract/cross.ts";
import { raceContract } from "./contract/race.ts";
import { contractSuite } from "./contract/support.ts";

contractSuite("git backends: native, then isomorphic", openNative, (test) =>
  crossContract(test, openIsomorphic),
);
contractSuite("git backends: isomorphic, then native", openIsomorphic, (test) =>
  crossContract(test, openNative),
);
// Each against the other; in full each against itself as well.
const RACING = ["native", "isomorphic"] as const;
raceContract(isFull ? [...RACING, ...RACING] : RACING);
