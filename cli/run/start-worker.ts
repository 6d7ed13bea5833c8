/** Where the worker of a run begins as a process. */
import { join } from "node:path";
import { builtFile } from "../built-file.ts";

const { work } = builtFile(join(__dirname, "library.cjs")) as typeof import("./worker.ts");
work();
