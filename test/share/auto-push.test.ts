/** Pushes in the background of runs. */
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { loadConfig } from "../../src/git/files/config.ts";
import { pushAlone } from "../../src/share/auto-push.ts";
import { pushFailures } from "../../src/share/push-failure.ts";
import { remoteLogFor } from "../../src/share/remotes.ts";
import { cli, start } from "../support/cli.ts";
import { clone, closeClones } from "../support/clone.ts";

const push = suite("push in the background");
const REF = "refs/redun/main";

for (const kind of ["native", "isomorphic"]) {
  push(`a remote that never answers is given up and noted: ${kind}`, async () => {
    const silent = createServer();
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const ada = clone(`http://127.0.0.1:${port}/log.git`, "ada", kind);
    await ada.run("one");
    const connected = once(silent, "connection");
    const there = remoteLogFor("origin", REF, loadConfig(ada.backend.repository));
    const pushing = pushAlone(ada.log, there, 1000);
    const failed = pushing.then(
      () => assert.unreachable("nobody answered"),
      (error: unknown) => error,
    );
    const [socket] = await connected;
    socket.resume();
    const ended = once(socket, "close");
    const error = await failed;
    assert.instance(error, RedunError);
    assert.match((error as RedunError).message, "Could not push to origin: it said nothing for");
    // That of isomorphic-git ends with the process.
    if (kind === "native") await ended;
    socket.destroy();
    silent.close();
    const { repository } = ada.backend;
    const [note] = pushFailures(repository, loadConfig(repository));
    assert.equal([note?.remote, note?.ref], ["origin", REF]);
    const left = readdirSync(join(ada.dir, ".git/redun"));
    assert.equal(left.sort(), ["begun", "locks", "push-failures"]);
    assert.equal(readdirSync(join(ada.dir, ".git/redun/locks")), []);
  });
}

push("what a killed transfer leaves behind is gone with the next one", async () => {
  const silent = createServer();
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const ada = clone(`http://127.0.0.1:${port}/log.git`, "ada");
  await ada.run("one");
  const connected = once(silent, "connection");
  const pushing = start(ada.dir, ["push"], { backend: "isomorphic" });
  const [socket] = await connected;
  const folder = join(ada.dir, ".git/redun/transfers");
  assert.is(readdirSync(folder).length, 1);
  pushing.child.kill("SIGKILL");
  await pushing.ended;
  assert.is(readdirSync(folder).length, 1, "it had no time");
  socket.destroy();
  silent.close();
  const other = cli(ada.dir, ["push"], { backend: "isomorphic" });
  assert.match(other.stderr, "REMOTE_FAILED");
  assert.not.ok(existsSync(folder));
});

push.after(closeClones);
push.run();
