/** The address of what is shown, after the `#` of the page's own: `#/executions/6dc981d7`. */
import { useEffect, useState } from "preact/hooks";
import { allOf, type Condition } from "../../../src/query/condition.ts";
import { printQuery } from "../../../src/query/print.ts";
import {
  type Address,
  type AddressedType,
  addressOf,
  parseAddress,
  printAddress,
} from "../../../src/views/address.ts";

/** What an element links to. */
export function href(address: Address | string): string {
  const text = typeof address === "string" ? address : printAddress(address);
  return `#/${encodeURIComponent(text).replace(/%(?:2F|3F|3D|2C)/g, decodeURIComponent)}`;
}

export function hrefOf(entity: { readonly type: AddressedType; readonly id: string }): string {
  // Short ids may be of several; a page knows the whole one.
  return href({ ...addressOf(entity), id: entity.id });
}

/** A list of what meets some conditions. */
export function hrefOfList(type: AddressedType, ...conditions: readonly Condition[]): string {
  const query = conditions.length === 0 ? null : printQuery(allOf(...conditions));
  return href({ kind: "list", type, query });
}

export function goTo(address: Address | string): void {
  location.hash = href(address);
}

/** The text of the address now. */
export function useAddress(): string {
  const [text, setText] = useState(current);
  useEffect(() => {
    const changed = () => {
      setText(current());
      scrollTo(0, 0);
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return text;
}

function current(): string {
  const written = location.hash.replace(/^#\/?/, "");
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Null where the address is none. */
export function readAddress(text: string): Address | null {
  try {
    return parseAddress(text);
  } catch {
    return null;
  }
}
