import { redactUrls } from "./redact.ts";

const brand = Symbol.for("redun-git.error");

/**
 * The error class for everything that a user can act on.
 *
 * `message` says what is wrong and what was expected; `hint` says what to do next. `code` is
 * stable: scripts may match on it, so a code is never renamed. Any other error is either the user's
 * own or a bug in redun-git.
 * @example
 * ```ts
 * import { openLog, RedunError } from "redun-git";
 *
 * const log = await openLog();
 * try {
 *   await log.get("0000000");
 * } catch (error) {
 *   if (!(error instanceof RedunError)) throw error;
 *   console.log(error.code, error.message, error.hint);
 * }
 * await log.close();
 * ```
 */
export class RedunError extends Error {
  override readonly name = "RedunError";
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    // Whatever it quotes: a URL may hold a password.
    super(redactUrls(message), options);
    this.code = code;
    this.hint = hint === undefined ? undefined : redactUrls(hint);
  }

  /** An error of another copy of this module (the command line is bundled apart) is one as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** Every error code. `USAGE` and `UNKNOWN_TASK` end the command line with status 2, all others with status 1. */
export type ErrorCode =
  | "USAGE"
  | "NOT_A_REPOSITORY"
  | "UNSUPPORTED_REPOSITORY"
  | "UNSAFE_REPOSITORY"
  | "REPOSITORY_UNWRITABLE"
  | "GIT_FAILED"
  | "SIGNING_FAILED"
  | "REF_MOVED"
  | "REF_BUSY"
  | "HOOK_REFUSED"
  | "BAD_REF"
  | "OBJECT_MISSING"
  | "UNKNOWN_REVISION"
  | "REMOTE_FAILED"
  | "PUSH_REJECTED"
  | "UNKNOWN_REMOTE"
  | "REMOTE_REWRITTEN"
  | "REMOTE_BUSY"
  | "BAD_RECORD"
  | "FORMAT_TOO_NEW"
  | "NOT_A_LOG"
  | "LOG_CORRUPT"
  | "FILE_CONFLICT"
  | "BAD_BUNDLE"
  | "BAD_TAG"
  | "BAD_VALUE"
  | "BAD_QUERY"
  | "BAD_CONFIG"
  | "UNKNOWN_ID"
  | "AMBIGUOUS_ID"
  | "UNKNOWN_TAG"
  | "SCRIPT_FAILED_TO_LOAD"
  | "UNKNOWN_TASK"
  | "BAD_TASK"
  | "NOT_IN_A_RUN"
  | "COMMAND_NOT_FOUND"
  | "COMMAND_NOT_EXECUTABLE"
  | "NOT_RERUNNABLE"
  | "NO_TEMPORARY_DIRECTORY"
  | "RUN_ALIVE"
  | "RUN_STALLED"
  | "OUTPUT_FAILED"
  | "INDEX_FAILED";
