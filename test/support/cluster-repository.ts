import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cli, start, workflowRepository } from "./cli.ts";

/**
 * A repository whose workflow runs at a cluster. Its tasks append a line to `begun`, and some wait until `go` is there.
 * @param env by which the cluster's commands are found
 */
export function clusterRepository(
  executor: string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
) {
  const made = workflowRepository({ "package.json": '{ "type": "module" }', ...files });
  made.git("config", `redun.executor.${executor}.poll`, "0.2");
  const { dir } = made;
  const [workflow] = Object.keys(files).filter((name) => name.startsWith("workflow."));
  const given = ["run", "-q", "--format", "json", workflow!];
  return {
    ...made,
    run: (...words: readonly string[]) => cli(dir, [...given, ...words], { env }),
    /** @param words of the command line, and variables for it alone */
    start: (...words: readonly (string | Record<string, string>)[]) => {
      const more = words.filter((word) => typeof word === "object");
      const texts = words.filter((word) => typeof word === "string");
      return start(dir, [...given, ...texts], { env: Object.assign({}, env, ...more) });
    },
    ...signsIn(dir),
    scratch: (folder: string) => readdirSync(join(dir, ".git/redun", executor, folder)),
  };
}

/** What tasks have said in a folder, and the word that they wait for there. */
export function signsIn(folder: string) {
  const begun = join(folder, "begun");
  return {
    begun: () => (existsSync(begun) ? readFileSync(begun, "utf8").trim().split("\n") : []),
    goOn: () => writeFileSync(join(folder, "go"), ""),
  };
}
