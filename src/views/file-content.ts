import { recordedBytes } from "../compare/file-texts.ts";
import { findEntity } from "../provenance/find.ts";
import { wrongType } from "../provenance/find-execution.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readValue } from "../provenance/read.ts";
import { File } from "../value/file.ts";

/** What a recorded file held: a text, or else its bytes; neither where that is no longer here, or is large. */
export interface FileContentView {
  readonly text: string | null;
  readonly base64: string | null;
  /** `text` is only the beginning. */
  readonly isCut: boolean;
}

/** Bytes of a file that are still read. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Bytes that are shown; of a text, characters. */
const MAX_SHOWN = 1024 * 1024;

/**
 * The content of a file as it was recorded: never what stands at its path today, if that is something else.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE, BAD_RECORD
 */
export async function fileContentView(
  log: IndexedLog,
  id: string,
  limit = MAX_SHOWN,
): Promise<FileContentView> {
  const found = await findEntity(log, id);
  const file = (await readValue(log, found.id))?.value;
  if (!(file instanceof File)) throw wrongType(found, "a file");
  const none = { text: null, base64: null, isCut: false };
  if ((file.size ?? 0) > MAX_BYTES) return none;
  const bytes = await recordedBytes(file, log.log.backend);
  if (bytes === null) return none;
  const text = textOf(bytes);
  if (text !== null) {
    return { ...none, text: text.slice(0, limit), isCut: text.length > limit };
  }
  return bytes.length > limit ? none : { ...none, base64: Buffer.from(bytes).toString("base64") };
}

function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
