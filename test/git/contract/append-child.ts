/**
 * A process of its own for the contract suite: appends to a ref again and again, starting anew
 * from wherever the ref is whenever another process was quicker.
 * Arguments: backend, folder, ref, label, count. Prints the error's code if it fails.
 */
import { RedunError } from "../../../src/errors.ts";
import type { GitBackend } from "../../../src/git/backend.ts";
import { findRepository } from "../../../src/git/files/repository.ts";
import { openIsomorphic } from "../../../src/git/isomorphic/backend.ts";
import { openNative } from "../../../src/git/native/backend.ts";

const [kind, folder, ref, label, count] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const open = kind === "native" ? openNative : openIsomorphic;
const backend = open(findRepository(folder));
try {
  for (let turn = 0; turn < Number(count); turn++) await appendOnce(backend, turn);
} catch (error) {
  if (!(error instanceof RedunError)) throw error;
  process.stdout.write(error.code);
  process.exitCode = 1;
} finally {
  await backend.close();
}

async function appendOnce(backend: GitBackend, turn: number): Promise<void> {
  const file = { path: `${label}/${turn}.yaml`, bytes: Buffer.from(`${label} ${turn}\n`) };
  for (;;) {
    const expected = await backend.resolve(ref);
    try {
      await backend.append({ ref, expected, files: [file], message: `${label} ${turn}\n` });
      return;
    } catch (error) {
      if (!(error instanceof RedunError && error.code === "REF_MOVED")) throw error;
    }
  }
}
