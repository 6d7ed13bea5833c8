/** `npm run bench`: every measurement that the README quotes, as ratios within one run. */
import { startUp } from "./start-up.ts";
import { printTable } from "./table.ts";

printTable(await startUp());
