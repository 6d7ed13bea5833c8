/** Whether a text is a pattern, for `globMatcher`: asking that needs no matcher. */
export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}
