/**
 * The worker thread behind `cli()`: runs commands of the built command line one after the other, each
 * in a world that is given to it. As a program it does so with the commands that it is given, a JSON
 * list of lists of words, and prints what each printed below a line of its words.
 */
const { parentPort, workerData } = require("node:worker_threads");

const { cli, port, turn } = workerData ?? { cli: process.argv[2] };
const { main } = require(cli);
// A `run` whose parent talks to it has no supervisor.
process.send = () => true;

// A run that fails ends its process: nothing is heard of what comes after that.
let end;
process.exit = (status) => {
  end(status);
  throw new Error("the process has ended");
};

if (parentPort) {
  // Nobody reads what warnings and scripts write here, and a stream that waits for its reader keeps the whole process.
  for (const name of ["stdout", "stderr"]) {
    process[name].write = (_text, ...rest) => {
      rest.find((given) => typeof given === "function")?.();
      return true;
    };
  }
}

parentPort?.on("message", async ({ args, env }) => {
  const result = await run(args, env).catch((error) => ({ thrown: error }));
  port.postMessage(result);
  Atomics.store(turn, 0, 1);
  Atomics.notify(turn, 0);
});

async function runAll(commands) {
  const env = { ...process.env };
  for (const args of commands) {
    const { status, stdout, stderr } = await run(args, env);
    const end = status === 0 ? "" : `status ${status}\n`;
    process.stdout.write(`#### ${args.join(" ")}\n${stderr}${stdout}${end}`);
  }
}

async function run(args, env) {
  // git, and what else asks the process itself.
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const printed = { stdout: "", stderr: "" };
  let isOver = false;
  const stream = (name) => ({
    write(text, taken) {
      if (!isOver) printed[name] += text;
      if (taken) queueMicrotask(taken);
      return true;
    },
  });
  const io = {
    stdin: {},
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env,
    cwd: process.cwd(),
    program: cli,
    onInterrupt: () => () => {},
    openTerminal: () => null,
    onUncaught(listener) {
      process.on("uncaughtException", listener);
      return () => process.off("uncaughtException", listener);
    },
  };
  // Where a command ends its process it has nothing left to do.
  const ended = new Promise((done) => {
    end = (status) => {
      isOver = true;
      done(status);
    };
    io.exit = end;
  });
  const failpoint = env.REDUN_TEST_FAILPOINT && JSON.parse(env.REDUN_TEST_FAILPOINT);
  if (failpoint) require("./failpoints.cjs").arm(failpoint);
  try {
    const status = await Promise.race([main(args, io), ended]);
    return { status, signal: null, ...printed, isOver, uses: used(failpoint) };
  } finally {
    used(failpoint);
  }
}

/** What the command used of the world, if a use of it was to fail. */
const used = (failpoint) => (failpoint ? require("./failpoints.cjs").disarm() : undefined);

if (!parentPort) runAll(JSON.parse(process.argv[3]));
