/**
 * Where a test makes the world fail: each use of it that changes something outside of the process (a write, a
 * rename, a sync, a removal, the start of a program, a request of the network) is counted, and one of them goes
 * wrong. It wraps what Node offers, so the product is the one that users have, and holds nothing for tests.
 *
 * In the thread of `cli()` (in-process.cjs) a variable arms it for one command; a process is given this file by
 * NODE_OPTIONS=--require. SQLite and git write by themselves: of those only the start can fail here.
 *
 * REDUN_TEST_FAILPOINT is JSON: `at` is the number of the use, from 1, `only` the one kind that counts (write, make,
 * rename, sync, remove, start, request; all without it), `count` a file that a process writes its uses to; `how` is
 *  - `error`: the system says EIO; a program does not start (EAGAIN), a server hangs up (ECONNRESET)
 *  - `full`: from there on there is no room (ENOSPC); what needs none goes on
 *  - `short`: half of a write arrives, and then there is no room; a program that was started is killed at once
 *  - `kill`: SIGKILL ends this process before it, where it is a write after half of it
 */
const fs = require("node:fs");
const { openSync, writeSync } = fs;
const children = require("node:child_process");
const http = require("node:http");
const { syncBuiltinESMExports } = require("node:module");

/** Calls of node:fs that change something, by what they are. The same names are in each of its three forms. */
const CALLS = {
  write: ["write", "writeFile", "appendFile"],
  make: ["open", "mkdir", "mkdtemp", "link", "symlink", "copyFile", "cp"],
  rename: ["rename"],
  sync: ["fsync", "fdatasync"],
  remove: ["rm", "unlink", "rmdir", "ftruncate"],
};
const STARTS = { spawn: 1, spawnSync: 1, execFile: 1, execFileSync: 1, fork: 1 };
const NEEDS_ROOM = ["write", "make"];

let armed = null;
let uses = [];
const real = [];

function replace(object, name, make) {
  const original = object[name];
  if (typeof original !== "function") return;
  real.push(() => {
    object[name] = original;
  });
  object[name] = Object.assign(make(original), original);
}

function arm(how) {
  disarm();
  armed = how;
  uses = [];
  for (const [kind, names] of Object.entries(CALLS)) {
    for (const name of names) {
      replace(fs, `${name}Sync`, (call) => synchronous(kind, `${name}Sync`, call));
      replace(fs, name, (call) => withCallback(kind, name, call));
      replace(
        fs.promises,
        name,
        (call) =>
          async (...args) =>
            synchronous(kind, name, call)(...args),
      );
    }
  }
  for (const name of Object.keys(STARTS)) replace(children, name, (call) => start(name, call));
  replace(http, "request", request);
  syncBuiltinESMExports();
}

/** @returns {string[]} what was used since it was armed, in order */
function disarm() {
  for (const undo of real.splice(0).reverse()) undo();
  syncBuiltinESMExports();
  armed = null;
  return uses;
}

/** How the use that begins now fails, if it does. */
function failure(kind, what) {
  if (!armed || (armed.only ?? kind) !== kind) return null;
  uses.push(what);
  const { at, how } = armed;
  if (how === "full") return uses.length >= at && NEEDS_ROOM.includes(kind) ? how : null;
  return uses.length === at ? how : null;
}

/** What is no change of the disk: reading, and what a command prints. */
function isSpared(name, [target, flags]) {
  if (name === "open") return !/[wax+]/.test(String(flags ?? "r")) && !(Number(flags) & 3);
  if (target === 1 || target === 2) return true;
  return typeof target === "string" && target.startsWith("/dev/");
}

const named = (name, args) =>
  `${name} ${args.filter((one) => /^(string|number)$/.test(typeof one)).join(" ")}`;

function systemError(code, name, path) {
  const text = { EIO: "i/o error", ENOSPC: "no space left on device" }[code];
  const where = typeof path === "string" ? ` '${path}'` : "";
  return Object.assign(new Error(`${code}: ${text}, ${name}${where}`), {
    code,
    syscall: name,
    path,
  });
}

function synchronous(kind, name, call) {
  return (...args) => {
    const plain = name.replace(/Sync$/, "");
    const how = isSpared(plain, args) ? null : failure(kind, named(name, args));
    if (how === null) return call(...args);
    if (how === "error") throw systemError("EIO", plain, args[0]);
    if (kind === "write" && how !== "full") half(plain, args);
    if (how === "kill") process.kill(process.pid, "SIGKILL");
    if (how === "full" || NEEDS_ROOM.includes(kind)) throw systemError("ENOSPC", plain, args[0]);
    throw systemError("EIO", plain, args[0]);
  };
}

function withCallback(kind, name, call) {
  const fails = synchronous(kind, name, () => null);
  const wrapped = (...args) => {
    const done = args.at(-1);
    if (typeof done !== "function") return call(...args);
    try {
      fails(...args.slice(0, -1));
    } catch (error) {
      setImmediate(done, error);
      return undefined;
    }
    return call(...args);
  };
  return wrapped;
}

/** Half of what was to be written arrives. */
function half(name, [target, data, options]) {
  const bytes = Buffer.from(data);
  const at = typeof options === "number" ? options : 0;
  const some = bytes.subarray(at, at + Math.floor((bytes.length - at) / 2));
  const file =
    typeof target === "number" ? target : openSync(target, name === "appendFile" ? "a" : "w");
  if (some.length > 0) writeSync(file, some);
}

function start(name, call) {
  return (command, ...args) => {
    const words = Array.isArray(args[0]) ? args[0] : [];
    const how = failure("start", `${name} ${command} ${words.join(" ")}`);
    if (how === null) return call(command, ...args);
    if (how === "kill") process.kill(process.pid, "SIGKILL");
    if (how === "short") return killed(name, call, command, args);
    const refused = Object.assign(new Error(`${name} ${command} EAGAIN`), {
      code: "EAGAIN",
      syscall: `${name} ${command}`,
      path: command,
    });
    if (name === "spawnSync")
      return { error: refused, status: null, signal: null, stdout: "", stderr: "", output: [] };
    if (name.endsWith("Sync")) throw refused;
    const child = call("/no such program", ...args);
    const emit = child.emit;
    child.emit = function (event, ...more) {
      return emit.call(this, event, ...(event === "error" ? [refused] : more));
    };
    return child;
  };
}

/** A program that ends by a signal before it has done anything. */
function killed(name, call, command, args) {
  if (name === "fork") {
    const child = call(command, ...args);
    child.kill("SIGKILL");
    return child;
  }
  const [, ...rest] = Array.isArray(args[0]) ? args : [[], ...args];
  return call("/bin/sh", ["-c", "kill -9 $$"], ...rest);
}

function request(call) {
  return (...args) => {
    const how = failure("request", `request ${args[0]?.method ?? ""} ${args[0]?.path ?? args[0]}`);
    if (how === null) return call(...args);
    if (how === "kill") process.kill(process.pid, "SIGKILL");
    const sent = call(...args);
    // Before an answer came, or in the middle of it.
    if (how === "short") sent.prependOnceListener("response", cutShort);
    else process.nextTick(() => sent.destroy(hungUp()));
    return sent;
  };
}

/** Half of the first piece of an answer arrives, and then the connection is gone. */
function cutShort(response) {
  const { emit } = response;
  let isCut = false;
  response.emit = function (event, ...more) {
    if (event === "data" && !isCut) {
      isCut = true;
      setImmediate(() => response.destroy(hungUp()));
      return emit.call(this, event, more[0].subarray(0, more[0].length / 2));
    }
    return (event === "data" || event === "end") && isCut ? true : emit.call(this, event, ...more);
  };
}

const hungUp = () => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

module.exports = { arm, disarm };

if (process.env.REDUN_TEST_FAILPOINT && require("node:worker_threads").isMainThread) {
  const { count, ...how } = JSON.parse(process.env.REDUN_TEST_FAILPOINT);
  arm(how);
  if (count) process.on("exit", () => writeSync(openSync(count, "w"), JSON.stringify(disarm())));
}
