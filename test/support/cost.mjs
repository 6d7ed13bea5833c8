/**
 * Loaded into the process of a test file by `npm test -- --cost`: says at its end how many seconds
 * of CPU it and its children took, and which programs it started how often. Linux alone tells.
 */
import processes from "node:child_process";
import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

/** Clock ticks in a second, on every Linux. */
const TICKS = 100;
const started = new Map();

for (const name of ["spawn", "spawnSync", "execFileSync"]) {
  const original = processes[name];
  processes[name] = (program, args, ...rest) => {
    count(program, Array.isArray(args) ? args : []);
    return original(program, args, ...rest);
  };
}
syncBuiltinESMExports();

function count(program, args) {
  const cli = args.findIndex((arg) => String(arg).endsWith("dist/cli.cjs"));
  const name = cli < 0 ? basename(String(program)) : `redun-git ${args[cli + 1]}`;
  started.set(name, (started.get(name) ?? 0) + 1);
}

process.on("exit", () => {
  // After the name, which may hold spaces, fields 12 to 15 are utime, stime, cutime and cstime.
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1).split(" ").map(Number);
  const [own, children] = [fields[11] + fields[12], fields[13] + fields[14]].map((n) => n / TICKS);
  const programs = [...started].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${n} ${name}`);
  console.log(`cost: ${own.toFixed(2)} ${children.toFixed(2)} ${programs.join(", ")}`);
});
