/** The module that scripts/build.ts compiles from schemas/: one check for each record kind. */
interface Check {
  (record: unknown): boolean;
  errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
}

export const execution: Check;
export const format: Check;
export const jobs: Check;
export const outcome: Check;
export const tags: Check;
export const task: Check;
export const tombstone: Check;
