import { redactUrls } from "./redact.ts";

const brand = Symbol.for("redun-git.error");

/**
 * The error class for everything that a user can act on.
 *
 * `message` says what is wrong and what was expected; `hint` says what to do next. `code` is
 * stable: scripts may match on it, so from version 1.0 on a code is never renamed. `data` holds the facts of
 * the message for programs; its type follows from the code. Any other error is either the user's
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
 *   if (error.is("AMBIGUOUS_ID")) console.log(error.data.candidates.map(({ id }) => id));
 * }
 * await log.close();
 * ```
 */
export class RedunError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "RedunError";
  readonly [brand] = true;
  readonly code: Code;
  readonly hint: string | undefined;
  /** See `ErrorData`; undefined for a code that it does not have. */
  readonly data: Code extends keyof ErrorData ? ErrorData[Code] : undefined;

  constructor(
    code: Code,
    message: string,
    hint?: string,
    ...[options]: Code extends keyof ErrorData
      ? [options: ErrorOptions & { readonly data: ErrorData[Code] }]
      : [options?: ErrorOptions]
  ) {
    // Whatever it quotes: a URL may hold a password.
    super(redactUrls(message), options);
    this.code = code;
    this.hint = hint === undefined ? undefined : redactUrls(hint);
    this.data = (options as { data?: unknown } | undefined)?.data as typeof this.data;
  }

  /** Whether it has this code: then `data` has the type that belongs to it. */
  is<Asked extends ErrorCode>(code: Asked): this is RedunError<Asked> {
    return (this.code as ErrorCode) === code;
  }

  /** An error of another copy of this module (the command line is bundled apart) is one as well. */
  static override [Symbol.hasInstance](value: unknown): value is RedunError {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** What an error of a code tells programs in its `data`. */
export interface ErrorData {
  /** What the prefix may mean; the first of them where there are many. */
  readonly AMBIGUOUS_ID: { readonly candidates: readonly ErrorData["WRONG_TYPE"][] };
  /** An entity: `type` is an `EntityType`. */
  readonly WRONG_TYPE: {
    readonly id: string;
    readonly type: "Execution" | "Job" | "CallNode" | "Task" | "Value";
  };
  /** Where in the query, in UTF-16 units; null for SQL. */
  readonly BAD_QUERY: { readonly at: number | null };
  /** The names of the tasks that there are. */
  readonly UNKNOWN_TASK: { readonly tasks: readonly string[] };
  /** The lock file, and when it was made; null where it was gone when we looked. */
  readonly REF_BUSY: { readonly path: string; readonly made: Date | null };
}

/** Every error code. `USAGE` and `UNKNOWN_TASK` end the command line with status 2, all others with status 1. */
export type ErrorCode =
  | "USAGE"
  | "NO_TERMINAL"
  | "NOT_A_REPOSITORY"
  | "UNSUPPORTED_REPOSITORY"
  | "UNSAFE_REPOSITORY"
  | "REPOSITORY_UNWRITABLE"
  | "GIT_FAILED"
  | "GIT_SILENT"
  | "SIGNING_FAILED"
  | "REF_MOVED"
  | "REF_BUSY"
  | "HOOK_REFUSED"
  | "BAD_REF"
  | "OBJECT_MISSING"
  | "UNKNOWN_REVISION"
  | "REMOTE_FAILED"
  | "PUSH_REJECTED"
  | "SECRET_FOUND"
  | "UNKNOWN_REMOTE"
  | "REMOTE_REWRITTEN"
  | "REMOTE_BUSY"
  | "BAD_IMPORT"
  | "BAD_RECORD"
  | "FORMAT_TOO_NEW"
  | "NOT_A_LOG"
  | "LOG_CORRUPT"
  | "FILE_CONFLICT"
  | "BAD_BUNDLE"
  | "BAD_TAG"
  | "BAD_VALUE"
  | "VALUE_TOO_LARGE"
  | "BAD_QUERY"
  | "BAD_CONFIG"
  | "UNKNOWN_ID"
  | "AMBIGUOUS_ID"
  | "WRONG_TYPE"
  | "UNKNOWN_TAG"
  | "STILL_HELD"
  | "TAG_REDACTED"
  | "SCRIPT_FAILED_TO_LOAD"
  | "UNKNOWN_TASK"
  | "BAD_TASK"
  | "TOO_MANY_JOBS"
  | "NOT_IN_A_RUN"
  | "UNKNOWN_EXECUTOR"
  | "EXECUTOR_FAILED"
  | "NOT_SHIPPABLE"
  | "WORKER_FAILED"
  | "COMMAND_NOT_FOUND"
  | "COMMAND_NOT_EXECUTABLE"
  | "NOT_RERUNNABLE"
  | "NO_TEMPORARY_DIRECTORY"
  | "RUN_ALIVE"
  | "RUN_STALLED"
  | "PORT_TAKEN"
  | "OUTPUT_FAILED"
  | "INDEX_FAILED";
