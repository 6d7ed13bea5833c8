/** Sample runs as tests of tags look at them: an entity of every kind, and what their tags are. */
import { jsonLines, ok, tagTexts } from "./cli.ts";
import { jobOf, recorded } from "./recorded.ts";
import { type SampleRun, sampleLog } from "./sample.ts";

/** A log of sample runs, of which only the first may be of `main`, and the entities of that one. */
export async function taggedSample(runs: readonly SampleRun[]) {
  const repository = await sampleLog(runs);
  const log = recorded(repository.dir);
  const executions = log.executions
    .toSorted((a, b) => (a.started < b.started ? -1 : 1))
    .map(({ id }) => id);
  const greeter = jobOf(log, "sample.greeter");
  const kinds = {
    Execution: executions[0]!,
    Job: greeter.id,
    CallNode: greeter.call!,
    Task: greeter.taskHash,
    Value: [...log.values.keys()][0]!,
  };
  return {
    ...repository,
    log,
    kinds,
    latest: executions.at(-1)!,
    /** How many commits the log has. */
    commits: () => Number(repository.git("rev-list", "--count", "refs/redun/main")),
    /** The tags of an entity now, as `key=JSON`. */
    tags: (id: string) =>
      tagTexts(jsonLines(ok(repository.dir, ["tag", "list", "--format", "json", id]))[0]),
  };
}
