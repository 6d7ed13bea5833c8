import { Log } from "../src/log/log.ts";
import type { OutputStream } from "./io.ts";
import { progressBar } from "./text/progress.ts";

/** A log that shows on stderr how far it is when it is compared with another one, which may be far away. */
export function watchedLog(stderr: OutputStream, { backend, ref }: Log): Log {
  return new Log(
    {
      ...backend,
      async *changes(from, to) {
        const bar = progressBar(stderr, "Comparing", "files");
        let done = 0;
        try {
          for await (const change of backend.changes(from, to)) {
            bar.update(++done, null);
            yield change;
          }
        } finally {
          bar.end();
        }
      },
    },
    ref,
  );
}
