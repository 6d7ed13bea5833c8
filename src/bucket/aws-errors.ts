/** What a client of AWS throws, as far as it is looked at. */
interface AwsError extends NodeJS.ErrnoException {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether a service of AWS had no time now, or could not be reached; it did not say no. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, code, $metadata } = error as AwsError;
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(name)) return true;
  return name === "TimeoutError" || /^E(?:CONN|PIPE|TIMEDOUT|AI_AGAIN|NOTFOUND)/.test(code ?? "");
}

/** The status of its answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  return (error as AwsError).$metadata?.httpStatusCode;
}
