/**
 * An error of ours that a task throws. Its `facts` are recorded with it, as the `properties` of its
 * `!error`; of anybody else's errors they are not, since those may hold anything.
 */
export class RecordedError extends Error {
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, facts: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = name;
    this.facts = facts;
  }
}
