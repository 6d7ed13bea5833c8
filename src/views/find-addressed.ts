import { RedunError } from "../errors.ts";
import { findKnown, type Known } from "../provenance/find-known.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { EntityType } from "../record/records.ts";
import {
  type AddressedType,
  addressOf,
  type EntityAddress,
  nameOf,
  printAddress,
} from "./address.ts";

/**
 * The entity that an address names, as `findKnown` finds it.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID; WRONG_TYPE where it is of another type than the address says
 */
export async function findAddressed(log: IndexedLog, address: EntityAddress): Promise<Known> {
  const { type, id } = address;
  let known: Known;
  try {
    known = await findKnown(log, id);
  } catch (error) {
    const only = type === null ? undefined : onlyOfType(error, type);
    if (only) return findKnown(log, only);
    // A recorded file may be in a folder that is named as a type is.
    const path = type && isUnknown(error) ? await pathNamed(log, printAddress(address)) : undefined;
    if (!path) throw error;
    return path;
  }
  const { found } = known;
  if (type === null || found.type === entityTypeOf(type)) return known;
  throw new RedunError(
    "WRONG_TYPE",
    `${found.id.slice(0, 8)} is of type ${found.type}, and the address says ${nameOf(type)}.`,
    `Its address is ${printAddress(addressOf(found))}.`,
    { data: { id: found.id, type: found.type } },
  );
}

function entityTypeOf(type: AddressedType): EntityType {
  return type === "File" ? "Value" : type;
}

/** Of the ids that an error says are meant, the one of a type, if there is one such. */
function onlyOfType(error: unknown, type: AddressedType): string | undefined {
  if (!(error instanceof RedunError) || error.code !== "AMBIGUOUS_ID") return undefined;
  const { candidates } = error.data as { candidates: { type: EntityType; id: string }[] };
  const found = candidates.filter((candidate) => candidate.type === entityTypeOf(type));
  return found.length === 1 ? found[0]!.id : undefined;
}

function isUnknown(error: unknown): boolean {
  return error instanceof RedunError && error.code === "UNKNOWN_ID";
}

async function pathNamed(log: IndexedLog, path: string): Promise<Known | undefined> {
  try {
    return await findKnown(log, path);
  } catch (error) {
    if (isUnknown(error)) return undefined;
    throw error;
  }
}
