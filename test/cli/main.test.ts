/** The command line as a function: of its words and a world, which is made up here. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Command, CommandFunction } from "../../cli/command.ts";
import { COMMANDS } from "../../cli/commands.ts";
import type { PATH } from "../../cli/declarations/log.ts";
import type { Io } from "../../cli/io.ts";
import { main } from "../../cli/main.ts";

interface World extends Io {
  readonly printed: { stdout: string; stderr: string };
  readonly exits: number[];
  /** What is heard of errors that nothing handles. */
  readonly listeners: Set<(error: unknown) => void>;
}

function world(changes: Partial<Io> = {}): World {
  const printed = { stdout: "", stderr: "" };
  const exits: number[] = [];
  const listeners = new Set<(error: unknown) => void>();
  const stream = (name: "stdout" | "stderr") => ({
    write(text: string, taken?: () => void) {
      printed[name] += text;
      if (taken) queueMicrotask(taken);
      return true;
    },
  });
  return {
    stdin: {},
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: {},
    cwd: "/",
    program: "redun-git",
    onUncaught(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onInterrupt: () => () => {},
    openTerminal: () => null,
    exit: (status) => void exits.push(status),
    ...changes,
    printed,
    exits,
    listeners,
  };
}

/** Calls `path abc` while that is another command. */
async function withPath(body: CommandFunction<typeof PATH>, io: Io): Promise<number> {
  const path = COMMANDS.find(({ name }) => name === "path") as { load: Command["load"] };
  const { load } = path;
  path.load = async () => ({ command: body as unknown as never });
  try {
    return await main(["path", "abc"], io);
  } finally {
    path.load = load;
  }
}

const called = suite("main");

called("help goes to stdout, with status 0", async () => {
  const io = world();
  assert.is(await main(["log", "--help"], io), 0);
  assert.match(io.printed.stdout, /^redun-git\/\S+\n\nList executions, .*\.\n\nUsage:\n/);
  assert.match(io.printed.stdout, /\n {2}-t, --tag <key=value> +Only entities with this tag/);
  assert.match(io.printed.stdout, /\n {2}-h, --help +Display this message\n\nExamples:\n/);
  assert.is(io.printed.stderr, "");
});

called("`help <command>` is `<command> --help`; hidden options are in neither", async () => {
  const [one, other] = [world(), world()];
  await main(["push", "--help"], one);
  await main(["help", "push"], other);
  assert.is(one.printed.stdout, other.printed.stdout);
  assert.not.match(one.printed.stdout, /--background|--no-pager/);
});

called("the help of a group has its commands alone", async () => {
  const io = world();
  await main(["tag", "--help"], io);
  assert.match(io.printed.stdout, /\n {2}tag add /);
  assert.not.match(io.printed.stdout, /\n {2}push /);
});

called("misuse has status 2 and a message on stderr", async () => {
  const io = world();
  assert.is(await main(["lgo"], io), 2);
  assert.match(
    io.printed.stderr,
    /^error: There is no command "lgo"\. Did you mean log\? \[USAGE\]/,
  );
  assert.is(io.printed.stdout, "");
});

called("errors have colours where the world's terminal has", async () => {
  const io = world({ env: { FORCE_COLOR: "1" } });
  await main(["lgo"], io);
  assert.match(io.printed.stderr, /^\x1b\[31merror:\x1b\[39m /);
});

called("a deleted directory is an error only for commands that need one", async () => {
  const io = world();
  Object.defineProperty(io, "cwd", {
    get() {
      throw Object.assign(new Error("no such folder"), { syscall: "uv_cwd" });
    },
  });
  assert.is(await main(["--version"], io), 0);
  assert.is(await main(["log"], io), 1);
  assert.match(io.printed.stderr, /^error: The current directory no longer exists\./);
});

called("a command's status is the command line's", async () => {
  assert.is(await withPath(async () => 7, world()), 7);
  assert.is(await withPath(async () => {}, world()), 0);
});

called("a command gets its words and its workspace", async () => {
  const io = world();
  await withPath(async (workspace, words) => workspace.write(words.join(" ")), io);
  assert.is(io.printed.stdout, "abc");
});

called("an error that nothing handles ends the process while a command is at work", async () => {
  const io = world();
  await withPath(async () => {
    assert.is(io.listeners.size, 1);
    for (const listener of io.listeners) listener(new Error("beside it"));
  }, io);
  assert.equal(io.exits, [1]);
  assert.match(io.printed.stderr, /Please report this:\nError: beside it/);
  assert.is(io.listeners.size, 0);
});

called("output that is not taken is an error", async () => {
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const io = world({
    stdout: {
      write(_text, taken) {
        taken?.(full);
        return false;
      },
    },
  });
  assert.is(await main(["--version"], io), 1);
  assert.match(io.printed.stderr, /The output could not be written: the disk is full\./);
});

called.run();
