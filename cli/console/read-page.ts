import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import type { Address } from "../../src/views/address.ts";
import type { Page } from "./state.ts";

/**
 * What is at an address: once as soon as something is known, and again when more is. The code of a screen
 * loads with it.
 * @throws RedunError as the views of what is there
 */
export async function* readPage(
  log: IndexedLog,
  address: Address,
  limit: number,
): AsyncGenerator<Page> {
  switch (address.kind) {
    case "list": {
      if (address.type === "Execution") {
        const { readExecutions } = await import("./screens/executions.ts");
        return yield* readExecutions(log, address);
      }
      const { readList } = await import("./screens/list.ts");
      return yield* readList(log, address, limit);
    }
    case "entity": {
      const { readEntity } = await import("./screens/entity.ts");
      return yield* readEntity(log, address);
    }
    case "tags": {
      const { readTagKeys, readTagValues } = await import("./screens/tags.ts");
      return yield* address.key === null ? readTagKeys(log) : readTagValues(log, address.key);
    }
    case "compare": {
      const { readComparison } = await import("./screens/compare.ts");
      return yield* readComparison(log, address, limit);
    }
    default: {
      const { readConflicts, readHistory } = await import("./screens/history.ts");
      return yield* address.kind === "history" ? readHistory(log, address.id) : readConflicts(log);
    }
  }
}
