/** The executors that every run can have, loaded when a call is for one of them. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { loadExecutorsBy, registerExecutor } from "../engine/executors.ts";
import { serveImports } from "../script/load-hooks.ts";
import { understandTypeScript } from "../script/typescript.ts";

for (const kind of ["thread", "process"] as const) {
  registerExecutor(kind, async (settings) => {
    const { poolExecutor } = await import("./pool.ts");
    return poolExecutor(kind, settings);
  });
}

registerExecutor("slurm", async (settings) => {
  const { slurmExecutor } = await import("../slurm/executor.ts");
  return slurmExecutor(settings);
});

registerExecutor("hq", async (settings) => {
  const { hyperQueueExecutor } = await import("../hyperqueue/executor.ts");
  return hyperQueueExecutor(settings);
});

registerExecutor("aws_batch", async (settings) => {
  const { batchExecutor } = await import("../aws-batch/executor.ts");
  return batchExecutor(settings);
});

registerExecutor("k8s", async (settings) => {
  const { kubernetesExecutor } = await import("../kubernetes/executor.ts");
  return kubernetesExecutor(settings);
});

loadExecutorsBy(async (module, root) => {
  const path = moduleFile(module, root ?? process.cwd());
  // It may import redun-git.
  serveImports();
  if (path === null) return import(module);
  if (/^\.[cm]?tsx?$/.test(extname(path))) await understandTypeScript(path);
  return import(pathToFileURL(path).href);
});

/** A file from the top of the work tree, or a package that is installed there; null for one that is elsewhere. */
function moduleFile(module: string, root: string): string | null {
  const file = resolve(root, module);
  if (existsSync(file)) return file;
  try {
    return createRequire(join(root, "package.json")).resolve(module);
  } catch {
    return null;
  }
}
