declare const BUILD_VERSION: string | undefined;

/** The running copy of the library, which a workflow's `import "redun-git"` must mean. */
export const LIBRARY_URL = new URL(
  // The build puts it beside the file with the commands that load workflows: see scripts/build.ts.
  typeof BUILD_VERSION === "string" ? "./index.js" : "../src/api.ts",
  import.meta.url,
).href;
