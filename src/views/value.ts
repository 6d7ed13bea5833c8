import type { JobRow } from "../index/rows.ts";
import type { Found } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { makerOf } from "../provenance/maker.ts";
import { readValue } from "../provenance/read.ts";
import { File } from "../value/file.ts";
import { typeName } from "../value/type-name.ts";
import { StoredValue } from "../value/value.ts";
import { type DataflowView, dataflowView } from "./dataflow.ts";
import type { Extent } from "./extent.ts";
import { type FileView, fileView } from "./file.ts";
import { type JobSection, jobSection } from "./job.ts";
import { type LoggedEntity, type LoggedJob, loggedJob } from "./logged.ts";

/** The page of one value or file. */
export interface ValueView extends LoggedEntity {
  readonly type: "Value";
  /** The name of its type, `string` say; null if only its hash was recorded. */
  readonly valueType: string | null;
  /** The value itself; missing if only its hash was recorded. */
  readonly value?: unknown;
  /** What more is known of a file. */
  readonly file: FileView | null;
  /** The newest job that made it, rather than handed up what a child had made. */
  readonly maker: JobSection | null;
  /** The newest jobs that gave it, the maker among them. */
  readonly givenBy: readonly LoggedJob[];
  /** The newest jobs that took it. */
  readonly takenBy: readonly LoggedJob[];
  readonly dataflow: DataflowView;
}

/** Jobs that a page lists. One more tells that there are more; the maker stands elsewhere. */
export const LISTED = 10;
const GIVEN_BY = { page: LISTED + 2, whole: 1000 } as const;
const TAKEN_BY = { page: LISTED + 1, whole: 1000 } as const;

/** @throws RedunError BAD_RECORD */
export async function valueView(
  log: IndexedLog,
  { id, tags, conflicts }: Found,
  extent: Extent = "page",
): Promise<ValueView> {
  const read = await readValue(log, id);
  const recorded = { id, value: read ? read.value : new StoredValue(id) };
  const maker = makerOf(log, id);
  const logged = (rows: readonly JobRow[]) => rows.map((row) => loggedJob(log, row));
  return {
    type: "Value",
    id,
    tags,
    conflicts,
    valueType: read ? typeName(read.value) : null,
    ...read,
    file: read?.value instanceof File ? await fileView(log, read.value) : null,
    maker: maker ? await jobSection(log, maker, "page") : null,
    givenBy: logged(log.index.jobsNaming(id, "jobWithResult", GIVEN_BY[extent])),
    takenBy: logged(log.index.jobsNaming(id, "jobWithArgument", TAKEN_BY[extent])),
    dataflow: await dataflowView(log, "value", recorded, maker, extent),
  };
}
