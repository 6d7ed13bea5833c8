/** A remote is where git itself would fetch from and push to. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readConfig } from "../../src/git/files/config-reader.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { fetchUrl, pushUrls } from "../../src/git/remote-url.ts";
import { temporaryRepository } from "../support/repository.ts";

const SETTINGS: readonly (readonly (readonly [string, string])[])[] = [
  [["remote.origin.url", "https://x.org/a"]],
  [
    ["remote.origin.url", "https://x.org/a"],
    ["remote.origin.url", "https://x.org/b"],
  ],
  [
    ["remote.origin.url", "x:a"],
    ["url.https://one.org/.insteadOf", "x:"],
    ["url.https://two.org/.insteadOf", "x:"],
    ["url.https://short.org/.insteadOf", "x"],
  ],
  [
    ["remote.origin.url", "x:a"],
    ["url.y:.insteadOf", "x:"],
    ["url.z:.insteadOf", "y:"],
  ],
  [
    ["remote.origin.url", "x:a"],
    ["url.https://push.org/.pushInsteadOf", "x:"],
    ["remote.origin.pushurl", "https://push.org/b"],
  ],
  [
    ["remote.origin.url", "x:a/b.git"],
    ["url.https://one.org/.insteadOf", "y:"],
    ["url.https://one.org/.insteadOf", "x:a/"],
    ["url.https://two.org/.insteadOf", "X:a/b"],
  ],
  [
    ["remote.origin.url", "x:a"],
    ["remote.origin.url", "y:b"],
    ["remote.origin.url", "z:c"],
    ["url.https://push.org/.pushInsteadOf", "y:"],
    ["url.https://longer.org/.pushInsteadOf", "y:b"],
    ["url.https://one.org/.insteadOf", "x:"],
  ],
  [
    ["remote.origin.url", "x:a"],
    ["remote.origin.pushurl", "x:b"],
    ["remote.origin.pushurl", "y:c"],
    ["url.https://push.org/.pushInsteadOf", "x:"],
    ["url.https://one.org/.insteadOf", "y:"],
  ],
  [
    ["remote.origin.url", "../up"],
    ["url./srv/.insteadOf", "../"],
  ],
];

const origin = suite("where git fetches from and pushes to");

for (const settings of SETTINGS) {
  origin(settings.map(([key, value]) => `${key}=${value}`).join(" "), async () => {
    const { dir, git, remove } = temporaryRepository();
    for (const [key, value] of settings) git("config", "--add", key, value);
    const repository = findRepository(dir);
    const expected = git("remote", "get-url", "origin");
    const native = openNative(repository);
    assert.is(fetchUrl(await native.config(), "origin"), expected);
    assert.is(fetchUrl(readConfig(repository), "origin"), expected);
    const pushed = git("remote", "get-url", "--push", "--all", "origin").split("\n");
    const found = pushUrls(readConfig(repository), "origin").map(({ effective }) => effective);
    assert.equal(found, pushed);
    await native.close();
    remove();
  });
}

origin("a remote that is not there", () => {
  const { dir, remove } = temporaryRepository();
  assert.is(fetchUrl(readConfig(findRepository(dir)), "origin"), undefined);
  remove();
});

origin.run();
