import type { CallSite } from "../source/call-site.ts";

/** What went wrong in a script, in its own words. */
export interface Problem {
  message: string;
  site: CallSite | null;
  hint?: string | undefined;
}
