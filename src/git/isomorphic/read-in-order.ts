import type { Oid } from "../backend.ts";
import type { ObjectStore } from "./objects.ts";

interface Content {
  readonly oid: Oid;
  readonly bytes: Uint8Array;
}

/**
 * Reads objects in the order asked for, a few at a time. It never waits for another id while a
 * content is ready, so a caller may choose the next id by what it has just read.
 */
export async function* readInOrder(
  store: ObjectStore,
  oids: Iterable<Oid> | AsyncIterable<Oid>,
): AsyncGenerator<Content> {
  const source = (async function* () {
    yield* oids;
  })();
  const reading: Promise<Content>[] = [];
  let asked: Promise<"asked"> | null = null;
  let ended = false;
  const ask = async (): Promise<"asked"> => {
    const next = await source.next();
    asked = null;
    if (next.done) ended = true;
    else reading.push(start(store, next.value));
    return "asked";
  };
  while (!ended || reading.length > 0) {
    if (!ended && !asked && reading.length < READS_AT_ONCE) {
      asked = ask();
      // Awaited below, perhaps only after the content before it has been handed out.
      asked.catch(() => {});
    }
    const first = reading[0];
    const ready = await Promise.race([first, asked].filter((one) => one != null));
    if (ready === "asked") continue;
    reading.shift();
    yield ready;
  }
}

const READS_AT_ONCE = 8;

function start(store: ObjectStore, oid: Oid): Promise<Content> {
  const content = store.read(oid).then(({ bytes }) => ({ oid, bytes }));
  // A failure is reported when its turn comes, which must not count as unhandled until then.
  content.catch(() => {});
  return content;
}
