import { type ErrorCode, RedunError } from "../errors.ts";
import { plain } from "../value/plain.ts";
import { ErrorValue } from "../value/value.ts";
import { RecordedError } from "./recorded-error.ts";
import type { Shipping } from "./shipping.ts";
import { errorValue, isError } from "./user-stack.ts";

/** What was thrown, as fields of a text. */
export interface ShippedError {
  readonly error: unknown;
  /** Which class of ours it is, and what else that has. */
  readonly redun?: { readonly code: string; readonly hint?: string };
  readonly facts?: unknown;
}

/** Longest text among the properties of an error that are sent along. */
const MAX_TEXT = 2000;

/** What was thrown, for the other side. Of what has no form there it says what it is. */
export function shipError(thrown: unknown, shipping: Shipping): ShippedError {
  if (!isError(thrown)) return { error: shipped(thrown, shipping) };
  const { name, message, stack, more } = errorValue(thrown);
  const { cause, errors } = more;
  const properties = thrown instanceof RecordedError ? {} : propertiesOf(thrown);
  const error = new ErrorValue(name, message, stack, {
    ...(cause !== undefined && { cause }),
    ...(errors !== undefined && { errors }),
    ...(Object.keys(properties).length > 0 && { properties }),
  });
  if (thrown instanceof RecordedError) return { error, facts: shipped(thrown.facts, shipping) };
  if (!(thrown instanceof RedunError)) return { error };
  const { code, hint } = thrown;
  return { error, redun: { code, ...(hint !== undefined && { hint }) } };
}

function shipped(value: unknown, shipping: Shipping): unknown {
  try {
    return shipping.write(value, () => "What it threw").shipped;
  } catch (error) {
    return errorValue(error as Error);
  }
}

/** Those that say which error it is, such as `code`, and not whole objects. */
function propertiesOf(error: Error): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (key === "name" || key === "message" || key === "stack") continue;
    let value: unknown;
    try {
      value = (error as unknown as Record<string, unknown>)[key];
    } catch {
      continue;
    }
    const isShort = typeof value === "string" && value.length <= MAX_TEXT;
    if (isShort || typeof value === "number" || typeof value === "boolean") found[key] = value;
  }
  return found;
}

/** What was thrown on the other side, to be thrown here. */
export function thrownThere(shippedError: ShippedError, shipping: Shipping): unknown {
  const { error, redun, facts } = shippedError;
  if (!(error instanceof ErrorValue))
    return shipping.read({ shipped: error }, () => "What it threw");
  const { name, message, stack } = error;
  const there = plain(error) as Error;
  const made = redun
    ? new RedunError(redun.code as ErrorCode, message, redun.hint)
    : facts === undefined
      ? there
      : new RecordedError(
          name,
          message,
          shipping.read({ shipped: facts }, () => "An error") as Record<string, unknown>,
        );
  const hidden = { enumerable: false, configurable: true, writable: true };
  Object.defineProperty(made, "stack", { value: stack, ...hidden });
  if (made !== there && there.cause !== undefined) {
    Object.defineProperty(made, "cause", { value: there.cause, ...hidden });
  }
  return made;
}
