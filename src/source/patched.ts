import { applyPatch, parsePatch } from "diff";

/**
 * What a file was after a patch, as `git diff` writes it; null where the patch does not speak of it, or does
 * not fit. `before` is null for a file that was not there.
 */
export function patched(patch: string, path: string, before: string | null): string | null {
  try {
    const own = parsePatch(patch).find(({ newFileName }) => newFileName === `b/${path}`);
    return (own && applyPatch(before ?? "", own)) || null;
  } catch {
    return null;
  }
}
