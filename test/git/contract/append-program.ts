import { bundled } from "../../support/bundle.ts";

const SOURCE = "test/git/contract/append-child.ts";

/** The path of append-child.ts as JavaScript: to compile it in each of its processes takes longer than its work. */
export const APPEND_PROGRAM = (await bundled([SOURCE])).of(SOURCE);
