import { readFileSync } from "node:fs";

declare const BUILD_VERSION: string | undefined;

/** The package's version. The build writes it in; from source it is read from package.json. */
export const VERSION: string =
  typeof BUILD_VERSION === "string"
    ? BUILD_VERSION
    : JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
