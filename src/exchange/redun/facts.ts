/** What an imported job keeps of redun's, in `imported`. */
import type { Job } from "../../record/records.ts";

/** What the record of an imported job keeps of redun's. */
export interface RedunFacts {
  readonly start_time?: string;
  readonly end_time?: string;
  readonly cached?: boolean;
  readonly call?: CallFacts;
  readonly calls?: Readonly<Record<string, WholeCall>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

interface CallFacts {
  readonly args: Readonly<
    Record<string, { readonly arg_hash: string; readonly upstream?: readonly string[] }>
  >;
  readonly args_hash: string;
  readonly children?: readonly string[];
  readonly timestamp?: string;
}

export interface WholeCall extends CallFacts {
  readonly task_hash: string;
  readonly task_name: string;
  readonly value_hash: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Empty for a job of ours. */
export function factsOf({ imported }: Job): RedunFacts {
  return (imported ?? {}) as RedunFacts;
}
