/**
 * The worker thread behind `cli()`: runs commands of the built command line one after the other, as
 * `dist/cli.cjs` would in a process of its own, in a tenth of the time. Only the test's support starts it.
 */
const { parentPort, workerData } = require("node:worker_threads");

const { cli, port, turn } = workerData;

parentPort.on("message", async ({ args, env }) => {
  const result = await run(args, env).catch((error) => ({ thrown: error }));
  port.postMessage(result);
  Atomics.store(turn, 0, 1);
  Atomics.notify(turn, 0);
});

async function run(args, env) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, cli, ...args];
  process.exitCode = undefined;
  // Where a command ends its process it has nothing left to do.
  process.exit = (status) => {
    process.exitCode = status;
  };
  // What the last command listened to: it would have ended with its process.
  process.removeAllListeners("exit");
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners("error");
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    process[name].write = (chunk, encoding, done = encoding) => {
      printed[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      if (typeof done === "function") queueMicrotask(done);
      return true;
    };
  }
  delete require.cache[cli];
  await require(cli).done;
  return { status: process.exitCode ?? 0, signal: null, ...printed };
}
