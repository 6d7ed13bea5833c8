/** Who we are, read from files where that is what git says. */
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { plainIdentity } from "../../src/git/files/plain-identity.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import fc from "../support/property.ts";
import { temporaryRepository } from "../support/repository.ts";

const { dir, git } = temporaryRepository();
// Elsewhere than on Linux only git knows where the file of the system is.
const env = { ...process.env, GIT_CONFIG_NOSYSTEM: "1" };
const identity = suite("plain identity");

const who = (line: string) => line.trim().replace(/ \d+ [+-]\d{4}$/, "");

function asked(role: "AUTHOR" | "COMMITTER"): string {
  return who(
    execFileSync("git", ["var", `GIT_${role}_IDENT`], { cwd: dir, env, encoding: "utf8" }),
  );
}

function known(variables: NodeJS.ProcessEnv = {}): [string, string] | null {
  const found = plainIdentity({ ...findRepository(dir), env: { ...env, ...variables } });
  return found && [who(found.author), who(found.committer)];
}

const NAMES = { "user.name": "Ada", "user.email": "ada@x.org" };
const KEYS = ["user.name", "user.email", "author.name", "committer.email"];
const TEXTS = [
  "Ada L.",
  "a@x.org",
  "Ünal Öz",
  "x;y",
  "<a>",
  "  a  b ",
  ".",
  "a\\b",
  'a"b',
  "J.R. \u{1F600} T",
];

identity("is git's where it is known at all", () => {
  let count = 0;
  const settings = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...TEXTS));
  fc.assert(
    fc.property(settings, (given) => {
      for (const [key, text] of Object.entries({ ...NAMES, ...given })) git("config", key, text);
      const found = known();
      if (found !== null) {
        assert.equal(found, [asked("AUTHOR"), asked("COMMITTER")]);
        count++;
      }
      for (const key of Object.keys(given)) git("config", "--unset", key);
    }),
    { numRuns: 25, examples: [[{}], [{ "author.name": "Ada L" }]] },
  );
  assert.ok(count >= 2, `${count}`);
});

identity("is git's to say where a variable may change it, or a name is empty", () => {
  for (const [key, text] of Object.entries(NAMES)) git("config", key, text);
  assert.equal(known(), ["Ada <ada@x.org>", "Ada <ada@x.org>"]);
  for (const name of ["GIT_AUTHOR_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_DATE"]) {
    assert.is(known({ [name]: "1 +0000" }), null, name);
  }
  git("config", "user.name", "");
  assert.is(known(), null);
});

identity.run();
